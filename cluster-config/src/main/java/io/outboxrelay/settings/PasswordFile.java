package io.outboxrelay.settings;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A password given in the configuration, or in a file of its own as container platforms mount them. */
final class PasswordFile {
    private PasswordFile() {}

    /** Of the most particular block that has either; within one block the file counts. */
    static Secret password(Section database) {
        for (Section block : database.each()) {
            String file = block.text("password-file");
            String password = block.text("password");
            if (!file.isBlank()) {
                return new Secret(content(file, block));
            }
            if (!password.isEmpty()) {
                return new Secret(password);
            }
        }
        return new Secret("");
    }

    /** The file's name is not shown: somebody will put the password itself there. */
    private static String content(String file, Section block) {
        try {
            String content = Files.readString(Path.of(file)).replaceFirst("\\r?\\n\\z", "");
            if (content.isEmpty()) {
                block.add(Problem.of("password-file", null, "names a file that is empty"));
            }
            return content;
        } catch (NoSuchFileException e) {
            return unreadable("there is no such file", block);
        } catch (CharacterCodingException e) {
            return unreadable("it is not text in UTF-8", block);
        } catch (IOException | InvalidPathException e) {
            return unreadable(e.getClass().getSimpleName(), block);
        }
    }

    private static String unreadable(String reason, Section block) {
        block.add(Problem.of("password-file", null, "cannot be read: " + reason + "; legal a readable text file"));
        return "";
    }
}

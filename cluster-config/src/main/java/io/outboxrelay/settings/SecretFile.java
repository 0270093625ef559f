package io.outboxrelay.settings;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A secret given in the configuration, or in a file of its own as container platforms mount them. */
final class SecretFile {
    private static final String FILE = "-file";

    private SecretFile() {}

    /** Of the most particular block that has either; within one block the file counts. */
    static Secret read(Section section, String key) {
        for (Section block : section.each()) {
            String file = block.text(key + FILE);
            String secret = block.text(key);
            if (!file.isBlank()) {
                return new Secret(content(file, key + FILE, block));
            }
            if (!secret.isEmpty()) {
                return new Secret(secret);
            }
        }
        return new Secret("");
    }

    /** The file's name is not shown: somebody will put the secret itself there. */
    private static String content(String file, String key, Section block) {
        try {
            String content = Files.readString(Path.of(file)).replaceFirst("\\r?\\n\\z", "");
            if (content.isEmpty()) {
                block.add(Problem.of(key, null, "names a file that is empty"));
            }
            return content;
        } catch (NoSuchFileException e) {
            return unreadable("there is no such file", key, block);
        } catch (CharacterCodingException e) {
            return unreadable("it is not text in UTF-8", key, block);
        } catch (IOException | InvalidPathException e) {
            return unreadable(e.getClass().getSimpleName(), key, block);
        }
    }

    private static String unreadable(String reason, String key, Section block) {
        block.add(Problem.of(key, null, "cannot be read: " + reason + "; legal a readable text file"));
        return "";
    }
}

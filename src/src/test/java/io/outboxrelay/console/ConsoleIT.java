package io.outboxrelay.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import io.outboxrelay.demo.Audit;
import io.outboxrelay.demo.Fleet;
import io.outboxrelay.sandbox.SandboxKafka;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A person looks at three nodes with a browser. Node 3 allows no changes. With `-Dconsole.screenshots=FOLDER` pictures of
 * what was seen are left there.
 */
class ConsoleIT {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final int NODES = 3;
    private static final int READ_ONLY = 3;
    private static final int SHARDS = 12;
    private static final int EVENTS_PER_SECOND = 200;
    private static final String USER = "ann";
    private static final String PASSWORD = "pässword: 1";

    @TempDir
    static Path folder;

    private static Browser browser;
    private static Audit audit;
    private static SandboxKafka kafka;
    private static Fleet fleet;

    private Page page;

    @BeforeAll
    static void start() throws Exception {
        Optional<Path> chromium = Browser.installed();
        assumeTrue(chromium.isPresent(), "no Chromium on this machine's PATH, so nobody looks at the console");
        PlaywrightAssertions.setDefaultAssertionTimeout(LIMIT.toMillis());
        audit = Audit.open(folder);
        kafka = SandboxKafka.start(folder);
        kafka.createTopic(Audit.TOPIC, 3);
        fleet = Fleet.start(
                audit,
                kafka.bootstrapServers(),
                folder,
                NODES,
                NODES,
                SHARDS,
                (number, port) -> List.of(
                        "outbox-relay.management.allow-writes = " + (number != READ_ONLY),
                        "outbox-relay.management.auth { user = " + USER + ", password = \"" + PASSWORD + "\" }"));
        audit.startWriting(EVENTS_PER_SECOND);
        browser = Browser.start(chromium.get());
    }

    @AfterAll
    static void stop() throws Exception {
        if (browser != null) {
            Assertions.assertThat(browser.complaints()).as("errors in the page").isEmpty();
            browser.close();
        }
        for (AutoCloseable one : new AutoCloseable[] {fleet, audit, kafka}) {
            if (one != null) {
                one.close();
            }
        }
    }

    @AfterEach
    void closePage() {
        if (page != null) {
            page.context().close();
        }
    }

    private void look(int number) {
        page = browser.open(fleet.url(number, "/console").toString(), 1440, 1200);
        assertThat(page.locator(".tile")).hasCount(SHARDS);
    }

    private void picture(String name) {
        Optional.ofNullable(System.getProperty("console.screenshots"))
                .map(Path::of)
                .ifPresent(there -> {
                    picture(there.resolve(name + "-light.png"));
                    page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
                    picture(there.resolve(name + "-dark.png"));
                    page.setViewportSize(420, 900);
                    picture(there.resolve(name + "-narrow.png"));
                });
    }

    private void picture(Path file) {
        page.screenshot(new Page.ScreenshotOptions().setPath(file).setFullPage(true));
    }

    private Locator node(int number) {
        return page.locator(".node[data-address='" + fleet.address(number) + "']");
    }

    private Locator row(int shard) {
        return page.locator("tr[data-shard='orders/" + shard + "']");
    }

    private void press(Locator place, String button) {
        place.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(button))
                .click();
    }

    /** An empty user signs in with a token. */
    private void signIn(String user, String secret) {
        page.locator("#sign").click();
        page.locator("#user").fill(user);
        page.locator("#secret").fill(secret);
        page.locator("#secret").press("Enter");
        assertThat(page.locator("#sign")).hasText("Sign out");
    }

    private void say(String reason) {
        say("ann", reason);
    }

    private void say(String by, String reason) {
        page.locator("#ask-reason").fill(reason);
        page.locator("#ask-by").fill(by);
        page.locator("#ask-go").click();
    }

    @Test
    void showsEveryNodeWithItsShardsAndThatAllIsWell() {
        look(READ_ONLY);
        assertThat(page.locator(".node")).hasCount(NODES);
        for (int number = 1; number <= NODES; number++) {
            assertThat(node(number).locator(".state")).hasText("up");
            assertThat(node(number).locator(".tile").first()).isVisible();
        }
        assertThat(page.locator(".chip:visible", new Page.LocatorOptions().setHasText("oldest")))
                .hasCount(1);
        assertThat(page.locator("#rows tr")).hasCount(SHARDS);
        assertThat(page.locator("#words")).hasText("all well");
        assertThat(page.locator("#live")).hasText("live");
        picture("well");
    }

    @Test
    void aNodeThatIsKilledTurnsUpAndItsShardsMoveWithoutAReload() throws Exception {
        look(1);
        assertThat(node(2)).hasAttribute("data-state", "good");
        fleet.kill(2);
        assertThat(node(2)).hasAttribute("data-state", Pattern.compile("bad|gone"));
        assertThat(page.locator("#summary")).hasAttribute("data-level", Pattern.compile("bad|notice"));
        picture("killed");
        fleet.awaitTakenFrom(2);
        assertThat(node(2).locator(".tile")).hasCount(0);
        assertThat(node(2)).hasAttribute("data-state", "gone");
        assertThat(page.locator(".tile[data-kind='relaying']")).hasCount(SHARDS);
        fleet.start(2);
        fleet.awaitSpread();
        assertThat(node(2).locator(".tile").first()).isVisible();
        assertThat(page.locator("#words")).hasText("all well");
    }

    @Test
    void aShardIsPausedWithAReasonAndResumed() {
        look(1);
        signIn("", fleet.token());
        press(row(1), "pause shard orders/1");
        say("new index");
        assertThat(row(1)).hasAttribute("data-kind", "paused");
        assertThat(page.locator("#trouble-list")).containsText("paused by ann since");
        assertThat(page.locator("#trouble-list")).containsText("new index");
        fleet.awaitResting(Set.of(1));
        picture("paused");
        press(row(1), "resume shard orders/1");
        say("done");
        assertThat(row(1)).hasAttribute("data-kind", "relaying");
        fleet.awaitSpread();
    }

    @Test
    void whereChangesAreNotAllowedAPersonCanLookAndIsToldWhyNotAct() {
        look(READ_ONLY);
        press(row(2), "pause shard orders/2");
        assertThat(page.locator("#message")).containsText("You can look, but not act");
        assertThat(row(2)).hasAttribute("data-kind", "relaying");
    }

    @Test
    void whoIsNotSignedInCanLookAndIsToldWhyNotAct() {
        look(1);
        press(row(3), "pause shard orders/3");
        say("try");
        assertThat(page.locator("#message")).containsText("sign in first");
        signIn("", "not-the-token-of-this-node");
        refusedAgain();
        page.locator("#sign").click();
        signIn(USER, "not the password");
        refusedAgain();
        picture("refused");
    }

    private void refusedAgain() {
        press(row(3), "pause shard orders/3");
        say("try again");
        assertThat(page.locator("#message")).containsText("what you signed in with is not accepted");
        assertThat(row(3)).hasAttribute("data-kind", "relaying");
    }

    @Test
    void whoSignsInAsAUserActsAsThatUserWhateverNameIsGiven() {
        look(1);
        signIn(USER, PASSWORD);
        press(row(4), "pause shard orders/4");
        say("bob", "as a user");
        assertThat(row(4)).hasAttribute("data-kind", "paused");
        assertThat(page.locator("#trouble-list")).containsText("paused by " + USER + " since");
        press(row(4), "resume shard orders/4");
        say("done");
        assertThat(row(4)).hasAttribute("data-kind", "relaying");
        fleet.awaitSpread();
    }

    @Test
    void aRowThatWasPutAsideIsReleasedAndThenSkipped() throws Exception {
        String event = UUID.randomUUID().toString();
        insertWithBadHeaders(event);
        look(1);
        Locator card = page.locator("#parked .card", new Page.LocatorOptions().setHasText(event));
        assertThat(card).containsText("column headers is not a JSON object");
        assertThat(card).containsText("1 attempt");
        picture("aside");
        press(card, "release event " + event);
        say("try");
        assertThat(page.locator("#message")).containsText("sign in first");
        signIn("", fleet.token());
        press(card, "release event " + event);
        say("try");
        assertThat(page.locator("#message")).containsText("Event " + event + " is tried again");
        assertThat(card).containsText("2 attempts");
        press(card, "skip event " + event);
        say("nobody needs it");
        assertThat(page.locator("#message")).containsText("Event " + event + " is skipped");
        assertThat(page.locator("#parked")).containsText("Nothing is put aside");
        assertThat(page.locator("#history")).containsText("nobody needs it");
    }

    private static void insertWithBadHeaders(String event) throws SQLException {
        try (Connection connection = audit.connect();
                PreparedStatement insert = connection.prepareStatement("insert into outbox"
                        + " (id, aggregatetype, aggregateid, type, payload, headers)"
                        + " values (?::uuid, 'order', 'bad-headers', 'Changed', null, '[1]')")) {
            insert.setString(1, event);
            insert.executeUpdate();
        }
    }
}

package io.sonia.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The console as a person meets it, in Chromium. */
class ConsolePageIT {

    private static final List<String> VIEWS =
            List.of("chat", "approvals", "live", "audit", "memory", "policy", "settings");
    private static final Locator.WaitForOptions LONG = new Locator.WaitForOptions().setTimeout(20_000);

    @TempDir
    static Path folder;

    private static ConsoleStack stack;
    private static Browser browser;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        stack = new ConsoleStack(folder);
        browser = new Browser(stack);
    }

    @AfterAll
    static void stop() {
        browser.close();
        stack.close();
    }

    @AfterEach
    void thePageHasNothingToComplainOfAndAsksNoOtherHost() {
        browser.closeWindows();
        List<String> complaints = List.copyOf(browser.complaints);
        browser.complaints.clear();
        assertThat(complaints).isEmpty();
    }

    @Test
    void aLinkSignsInOnceAndSigningOutEndsIt() {
        String link = stack.link();
        Page page = browser.window(1280, 860, ColorScheme.LIGHT);
        page.navigate(link);
        assertThat(page.locator("nav.rail")).isVisible();
        assertThat(page.url()).doesNotContain("sign-in");
        page.reload();
        assertThat(page.locator("nav.rail")).isVisible();
        Page other = browser.window(1280, 860, ColorScheme.LIGHT);
        other.navigate(link);
        assertThat(other.locator("main.gate")).containsText("used before");
        Browser.show(page, "settings");
        page.getByText("Sign out").click();
        assertThat(page.locator("main.gate h1")).hasText("You are signed out");
        page.reload();
        assertThat(page.locator("main.gate h1")).hasText("You are signed out");
    }

    @Test
    void aChatAnswersAndAToolThatAsksRunsAfterAYes() throws IOException {
        Page page = browser.signedIn();
        Browser.say(page, "what time is it?");
        assertThat(Browser.lastAnswer(page).locator(".words")).containsText(Pattern.compile("\\d"));
        Browser.say(page, "write hello to page.txt");
        Locator card = page.locator("section.ask");
        card.waitFor(LONG);
        assertThat(card).containsText("file.write");
        assertThat(card).containsText("page.txt");
        assertThat(card.locator(".countdown")).containsText(Pattern.compile("[01]:\\d\\d"));
        card.getByText("Approve", new Locator.GetByTextOptions().setExact(true)).click();
        assertThat(Browser.lastAnswer(page).locator(".words")).containsText("page.txt");
        assertThat(Files.readString(stack.home().workspace().resolve("page.txt")))
                .isEqualTo("hello");
        page.reload();
        assertThat(page.locator("article.user")).hasCount(2);
        assertThat(page.locator("article.assistant")).hasCount(2);
    }

    @Test
    void ofTwoWindowsOneDecidesAndTheOtherIsTold() {
        Page one = browser.signedIn();
        Page two = browser.signedIn();
        Browser.say(one, "write race to race.txt");
        one.locator("section.ask").waitFor(LONG);
        Browser.show(two, "approvals");
        Locator inbox = two.locator("section.ask", new Page.LocatorOptions().setHasText("race.txt"));
        inbox.waitFor(LONG);
        inbox.locator("input[name=reason]").fill("not today");
        inbox.locator("button.danger").click();
        assertThat(inbox).hasClass(Pattern.compile("settled"));
        assertThat(inbox).containsText("Denied by");
        assertThat(one.locator("section.ask")).hasClass(Pattern.compile("settled"));
        assertThat(Files.exists(stack.home().workspace().resolve("race.txt"))).isFalse();
    }

    @Test
    void aDecisionThatComesTooLateIsExplained() {
        Page one = browser.signedIn();
        Browser.say(one, "write late to late.txt");
        one.locator("section.ask").waitFor(LONG);
        String approval = one.locator("section.ask").getAttribute("data-approval");
        // Nobody tells this window: it decides with what it knows.
        one.route("**/api/relay/api-gateway/v1/confirmations/**", route -> {
            stack.asked(io.sonia.kernel.http.Operation.CONFIRMATION_DENY)
                    .path("confirmation_id", approval)
                    .body(java.util.Map.of("reason", "elsewhere"))
                    .exchange();
            route.resume();
        });
        one.locator("section.ask button.main").click();
        assertThat(one.locator("section.ask")).containsText(Pattern.compile("Denied|denied"));
    }

    @Test
    void hostileWordsAreOnlyWords() {
        Page page = browser.signedIn();
        String hostile = "<img src=x onerror=alert(1)><script>alert(2)</script> [click](javascript:alert(3)) "
                + "![i](https://evil.example/x.png) \u202Ereversed <iframe src=//evil.example></iframe>";
        Browser.say(page, "remember that " + hostile);
        assertThat(page.locator("article.user .words").last()).containsText("<script>");
        page.locator("article.assistant .words >> text=remember").first().waitFor(LONG);
        page.reload();
        page.locator("article.assistant").first().waitFor(LONG);
        assertThat(page.locator(".messages script, .messages iframe, .messages img"))
                .hasCount(0);
        assertThat(page.locator(".messages a[href^=javascript]")).hasCount(0);
    }

    @Test
    void aBombOfMarkdownIsDrawnInTime() {
        Page page = browser.signedIn();
        String bomb = "> ".repeat(3_000) + "*".repeat(3_000) + "[".repeat(3_000) + "`".repeat(2_001);
        long began = System.nanoTime();
        Object drawn = page.evaluate(
                "async text => { const {markdown} = await import('/assets/markdown.js');"
                        + " return markdown(text).textContent.length > 0 }",
                bomb);
        assertThat(drawn).isEqualTo(true);
        assertThat((System.nanoTime() - began) / 1_000_000).isLessThan(5_000);
    }

    @Test
    void theKeyboardAloneIsEnough() {
        Page page = browser.signedIn();
        page.keyboard().type("write keys to keys.txt");
        page.keyboard().press("Enter");
        page.locator("section.ask").waitFor(LONG);
        for (int i = 0; i < 40 && !focused(page, "section.ask button.main"); i++) {
            page.keyboard().press("Tab");
        }
        assertThat(focused(page, "section.ask button.main")).isTrue();
        page.keyboard().press("Enter");
        assertThat(Browser.lastAnswer(page).locator(".words")).containsText("keys.txt");
        page.keyboard().press("Control+Home");
        page.evaluate("document.activeElement.blur()");
        for (int i = 0; i < 60 && !focused(page, "nav.rail a[href='#/live']"); i++) {
            page.keyboard().press("Tab");
        }
        page.keyboard().press("Enter");
        assertThat(page.locator("main h1")).hasText("Live");
    }

    private static boolean focused(Page page, String selector) {
        return (Boolean) page.evaluate("s => document.activeElement?.matches(s) ?? false", selector);
    }

    @Test
    void whatIsRememberedIsFoundAndForgotten() {
        Page page = browser.signedIn();
        Browser.say(page, "remember that the lighthouse is painted green");
        page.locator("article.assistant .words >> text=lighthouse").first().waitFor(LONG);
        Browser.show(page, "memory");
        page.locator("input[name=query]").fill("lighthouse");
        page.locator("input[name=query]").press("Enter");
        Locator hit = page.locator("article.hit").first();
        assertThat(hit).containsText("lighthouse");
        String id = hit.getAttribute("data-memory");
        hit.getByText("Forget").click();
        page.locator("dialog input").fill("asked to");
        page.locator("dialog button.danger").click();
        assertThat(page.locator("[data-memory='" + id + "']")).containsText("Forgotten");
    }

    @Test
    void theAuditIsFoundTracedAndVerified() {
        Page page = browser.signedIn();
        Browser.say(page, "list the files");
        page.locator("article.assistant .meta span").first().waitFor(LONG);
        Browser.show(page, "audit");
        page.locator("input[name=operation]").fill("turn.completed");
        page.getByText("Find", new Page.GetByTextOptions().setExact(true)).click();
        page.locator("tbody tr >> text=turn.completed").first().waitFor(LONG);
        page.locator("tbody button.plain").first().click();
        assertThat(page.locator("ol.trace")).containsText("model.chat");
        page.getByText("Verify all chains").click();
        assertThat(page.locator(".notice >> text=verify")).isVisible();
    }

    @Test
    void aRestartLeavesWhoIsSignedInAndWhatWasSaid() throws IOException, InterruptedException {
        Page page = browser.signedIn();
        Browser.say(page, "what time is it?");
        page.locator("article.assistant .meta span").first().waitFor(LONG);
        stack.stop();
        assertThat(page.locator("#line")).hasText("Reconnecting…");
        stack.start();
        page.locator("#line >> text=Connected").waitFor(LONG);
        Browser.say(page, "and now?");
        assertThat(page.locator("article.assistant")).hasCount(2);
        page.locator("article.assistant .meta span").nth(1).waitFor(LONG);
        page.reload();
        assertThat(page.locator("article.user")).hasCount(2);
        page.locator("article.assistant summary").first().click();
        assertThat(page.locator("article.assistant details").first()).containsText("turn_");
        browser.complaints.removeIf(each -> each.contains("net::ERR_")); // of the time without a stack
    }

    @Test
    void whereOneWritesIsInSightOnEveryScreen() {
        for (int width : List.of(360, 1280)) {
            Page page = browser.signedIn(width, 640, ColorScheme.LIGHT);
            for (int i = 0; i < 6; i++) {
                Browser.say(page, "what time is it?");
                page.locator("article.assistant .meta span").nth(i).waitFor(LONG);
            }
            assertThat(page.locator("textarea[name=text]")).isInViewport();
            assertThat(page.locator("nav.rail a").first()).isInViewport();
            assertThat((Boolean) page.evaluate(
                            "(c => c.scrollHeight <= c.clientHeight)(document.querySelector('.content'))"))
                    .as("only the messages scroll")
                    .isTrue();
        }
    }

    @Test
    void policySaysWhatWouldHappen() {
        Page page = browser.signedIn();
        Browser.show(page, "policy");
        page.getByText("What would happen?").click();
        assertThat(page.locator("form .chip")).hasText("Would wait for a person");
        assertThat(page.locator("main")).containsText("file.read");
    }

    @Test
    void theHouseIsSeenAndStopped() {
        Page page = browser.signedIn();
        Browser.show(page, "live");
        assertThat(page.locator(".service")).hasCount(7);
        page.getByText("Stop all tools").click();
        page.locator("dialog input").fill("a drill");
        page.locator("dialog button.danger").click();
        assertThat(page.locator(".notice.bad")).containsText("a drill");
        page.getByText("Let tools run again").click();
        assertThat(page.getByText("Stop all tools")).isVisible();
    }

    @Test
    void everyViewIsFreeOfBarriersInBothLanguagesAndLooks() throws IOException {
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            Page page = browser.signedIn(1280, 860, scheme);
            for (String language : List.of("en", "uk")) {
                page.evaluate("l => localStorage.setItem('sonia.language', l)", language);
                page.reload();
                for (String view : VIEWS) {
                    Browser.show(page, view);
                    assertThat(page.locator("main .wait")).hasCount(0);
                    assertThat(browser.violations(page))
                            .as("%s %s %s", view, scheme, language)
                            .isEmpty();
                }
            }
        }
    }

    @Test
    void aSmallScreenNeedsNoSidewaysScroll() {
        Page page = browser.signedIn(360, 640, ColorScheme.LIGHT);
        for (String view : VIEWS) {
            Browser.show(page, view);
            assertThat((Boolean) page.evaluate("document.documentElement.scrollWidth <= 360"))
                    .as(view)
                    .isTrue();
        }
    }
}

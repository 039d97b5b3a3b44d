package io.sonia.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Makes pictures of every view, light and dark; run by {@code ./sonia screenshots}. */
class Screenshots {

    private static final int WIDTH = 1280;
    private static final int HEIGHT = 800;

    @TempDir
    Path folder;

    @Test
    void areMade() throws Exception {
        Path out = Path.of(System.getProperty("sonia.screenshots"));
        Files.createDirectories(out);
        try (ConsoleStack stack = new ConsoleStack(folder);
                Browser browser = new Browser(stack)) {
            Page light = browser.signedIn(WIDTH, HEIGHT, ColorScheme.LIGHT);
            Page dark = browser.signedIn(WIDTH, HEIGHT, ColorScheme.DARK);
            talk(light);
            String chat = light.url().substring(light.url().indexOf("#/") + 2);
            for (String view : List.of("chat", "approvals", "live", "audit", "memory", "policy", "settings")) {
                shoot(light, view.equals("chat") ? chat : view, out.resolve(view + "-light.png"));
                shoot(dark, view.equals("chat") ? chat : view, out.resolve(view + "-dark.png"));
            }
            Page small = browser.signedIn(390, 780, ColorScheme.LIGHT);
            shoot(small, chat, out.resolve("chat-small.png"));
        }
    }

    /** Leaves a conversation with a memory, a tool and a call that waits. */
    private static void talk(Page page) {
        Locator.WaitForOptions patience = new Locator.WaitForOptions().setTimeout(20_000);
        for (String text : List.of("remember that my locker code is 4711", "what is my locker code?")) {
            Browser.say(page, text);
            assertThat(Browser.lastAnswer(page)).containsText("4711");
            page.locator("button.main:visible >> text=Send").waitFor(patience);
        }
        Browser.say(page, "write the weekly report to report.txt");
        page.locator("section.ask").waitFor(patience);
    }

    private static void shoot(Page page, String view, Path file) {
        Browser.show(page, view);
        switch (view.replaceAll("/.*", "")) {
            case "chat", "approvals" ->
                assertThat(page.locator("section.ask").first()).isVisible();
            case "live" -> assertThat(page.locator(".service").first()).isVisible();
            case "audit" -> assertThat(page.locator("tbody tr").first()).isVisible();
            case "memory" -> {
                page.locator("input[name=query]").fill("locker code");
                page.locator("input[name=query]").press("Enter");
                assertThat(page.locator("article.hit").first()).isVisible();
            }
            case "policy" -> {
                page.getByText("What would happen?").click();
                assertThat(page.locator("form .chip")).isVisible();
            }
            default -> assertThat(page.locator("table").first()).isVisible();
        }
        page.screenshot(new Page.ScreenshotOptions().setPath(file));
    }
}

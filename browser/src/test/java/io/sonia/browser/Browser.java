package io.sonia.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** Headless Chromium, and what a person does with the console in it. */
final class Browser implements AutoCloseable {

    private static final List<String> AXE_TAGS = List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa");

    private final Playwright playwright;
    private final com.microsoft.playwright.Browser browser;
    private final ConsoleStack stack;

    /** What pages complained of, and what they asked other hosts. */
    final List<String> complaints = new CopyOnWriteArrayList<>();

    Browser(ConsoleStack stack) {
        this.stack = stack;
        this.playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        this.browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(ConsoleStack.chromium())
                        .setArgs(List.of("--no-sandbox")));
    }

    /** A window of its own, with nothing in it of the others. */
    Page window(int width, int height, ColorScheme scheme) {
        BrowserContext context = browser.newContext(new com.microsoft.playwright.Browser.NewContextOptions()
                .setViewportSize(width, height)
                .setColorScheme(scheme)
                .setLocale("en-GB"));
        Page page = context.newPage();
        page.onPageError(error -> complaints.add("error: " + error));
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") && !message.text().contains("status of 4")) {
                complaints.add("console: " + message.text());
            }
        });
        page.onDialog(dialog -> {
            complaints.add("dialog: " + dialog.message());
            dialog.dismiss();
        });
        page.onRequest(request -> {
            if (!request.url().startsWith(stack.address())) {
                complaints.add("asked " + request.url());
            }
        });
        return page;
    }

    void closeWindows() {
        List.copyOf(browser.contexts()).forEach(BrowserContext::close);
    }

    /** A window of a person who is signed in. */
    Page signedIn() {
        return signedIn(1280, 860, ColorScheme.LIGHT);
    }

    Page signedIn(int width, int height, ColorScheme scheme) {
        Page page = window(width, height, scheme);
        page.navigate(stack.link());
        assertThat(page.locator("nav.rail")).isVisible();
        return page;
    }

    static void show(Page page, String view) {
        page.evaluate("view => { location.hash = '#/' + view }", view);
        assertThat(page.locator("nav.rail a[aria-current=page]"))
                .hasAttribute("href", "#/" + view.replaceAll("/.*", ""));
    }

    /** Says something once the page is not busy with what was said before: it takes one thing at a time. */
    static void say(Page page, String text) {
        page.locator("textarea[name=text]").fill(text);
        page.locator(".composer button[type=submit]").waitFor();
        page.locator("textarea[name=text]").press("Enter");
    }

    static Locator lastAnswer(Page page) {
        return page.locator("article.assistant").last();
    }

    /** What axe-core finds against WCAG 2.2 AA. */
    List<String> violations(Page page) throws IOException {
        try (InputStream script = Browser.class.getResourceAsStream("/axe.min.js")) {
            page.evaluate(new String(script.readAllBytes(), StandardCharsets.UTF_8));
        }
        Object found = page.evaluate(
                "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}}).then(r => r.violations.flatMap("
                        + "v => v.nodes.map(n => v.id + ': ' + n.target.join(' ') + ' ' + n.failureSummary)))",
                AXE_TAGS);
        List<String> lines = new ArrayList<>();
        ((List<?>) found).forEach(each -> lines.add(String.valueOf(each)));
        return lines;
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }
}

package io.sonia.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page's files as they are served. */
class PageTest {

    private static final List<String> SCRIPTS = List.of(
            "app.js",
            "api.js",
            "dom.js",
            "markdown.js",
            "words.js",
            "turn.js",
            "chat.js",
            "approval-card.js",
            "approvals.js",
            "live.js",
            "audit.js",
            "memory.js",
            "policy.js",
            "settings.js");
    private static final Pattern IMPORT = Pattern.compile("from '\\./([a-z-]+\\.js)'");
    private static final Pattern PHRASE = Pattern.compile("(?m)^  '([^']+)':");
    private static final Pattern USED = Pattern.compile("\\bt\\('([a-z.]+)'");
    private static final int MOST_BYTES = 400_000;

    @Test
    void everyFileThatIsImportedIsServed() throws IOException {
        for (String script : SCRIPTS) {
            Matcher imported = IMPORT.matcher(text(script));
            while (imported.find()) {
                assertThat(bytes(imported.group(1)))
                        .as("%s imports %s", script, imported.group(1))
                        .isNotNull();
            }
        }
    }

    @Test
    void nothingMakesHtmlOfText() throws IOException {
        for (String script : SCRIPTS) {
            assertThat(text(script))
                    .as(script)
                    .doesNotContain("innerHTML")
                    .doesNotContain("outerHTML")
                    .doesNotContain("insertAdjacentHTML")
                    .doesNotContain("eval(")
                    .doesNotContain("https://");
        }
    }

    @Test
    void bothLanguagesHaveTheSamePhrases() throws IOException {
        Set<String> english = found(PHRASE, text("words-en.js"));
        assertThat(found(PHRASE, text("words-uk.js"))).isEqualTo(english);
        for (String script : SCRIPTS) {
            assertThat(english).as(script).containsAll(found(USED, text(script)));
        }
    }

    @Test
    void allOfItIsSmall() throws IOException {
        long all = bytes("index.html").length + bytes("base.css").length + bytes("views.css").length;
        for (String script : SCRIPTS) {
            all += bytes(script).length;
        }
        all += bytes("marked.js").length + bytes("words-en.js").length + bytes("words-uk.js").length;
        assertThat(all).isLessThan(MOST_BYTES);
    }

    private static Set<String> found(Pattern pattern, String text) {
        Set<String> found = new TreeSet<>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }

    private static String text(String name) throws IOException {
        return new String(bytes(name), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String name) throws IOException {
        try (InputStream content = Page.content(name)) {
            return content == null ? null : content.readAllBytes();
        }
    }
}

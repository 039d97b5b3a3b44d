package io.sonia.openclaw.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.testkit.Cases;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class PageTextTest {

    private static final String MARKUP =
            "<|>|</|/>|<!--|-->|<!doctype|<script>|</script>|<style|</style>|<title>|<p>|<a href=\"|\"|"
                    + "'|=|&|&amp;|&#|&#x|&#1114112;|&#xD800;|;| |\n|text";

    private static String html(String page) {
        return PageText.of(page.getBytes(StandardCharsets.UTF_8), "text/html; charset=utf-8");
    }

    @Test
    void markupIsLeftOutAndTextIsKept() {
        assertThat(
                        html(
                                "<!doctype html><html><head><title>Title</title><style>p{}</style>"
                                        + "<script>if (a < b) { x(\"</p>\") }</script></head>"
                                        + "<body><h1>Head</h1><p>One <b>two</b>   three&nbsp;&amp; four</p><!-- <p>no</p> --><ul><li>a<li>b</ul>"))
                .isEqualTo("Title\nHead\nOne two three & four\na\nb");
    }

    @Test
    void entitiesBecomeCharacters() {
        assertThat(html("&lt;b&gt; &quot;x&quot; &#65;&#x42; &bogus; &#0; &amp &#xD800; &#x1D800; a & b"))
                .isEqualTo("<b> \"x\" AB &bogus; &#0; &amp &#xD800; \uD836\uDC00 a & b");
    }

    @Test
    void brokenMarkupEndsQuickly() {
        for (String piece : new String[] {"<", "&", "<!--", "<script>", "</", "<a", "&#", "<p"}) {
            Assertions.assertTimeout(Duration.ofSeconds(5), () -> html(piece.repeat(100_000)));
        }
    }

    @Test
    void anyTextIsReadWithoutFailure() {
        Cases.each(2_000, random -> {
            assertThat(html(Cases.text(random, 100))).isNotNull();
            assertThat(html(Cases.mixture(random, 20, MARKUP))).isNotNull();
        });
    }

    @Test
    void otherTextIsKeptAndBinaryIsNot() {
        byte[] body = "{\"a\": \"<b>\"}".getBytes(StandardCharsets.UTF_8);
        assertThat(PageText.of(body, "application/json")).isEqualTo("{\"a\": \"<b>\"}");
        assertThat(PageText.of(body, "text/plain")).isEqualTo("{\"a\": \"<b>\"}");
        assertThat(PageText.of(body, "image/png")).isEmpty();
        assertThat(PageText.of(new byte[] {(byte) 0xe4}, "text/plain; charset=ISO-8859-1"))
                .isEqualTo("ä");
        assertThat(PageText.of(body, "text/plain; charset=no-such")).isEqualTo("{\"a\": \"<b>\"}");
    }
}

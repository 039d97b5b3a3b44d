package io.sonia.memory.reading;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Set;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.select.NodeFilter;
import org.jspecify.annotations.Nullable;

/** The text of an HTML page, without scripts and styles, with its headings. */
final class HtmlText implements NodeFilter {

    private static final Set<String> LEFT_OUT =
            Set.of("script", "style", "noscript", "template", "head", "svg", "iframe", "object", "select");
    private static final Set<String> HEADINGS = Set.of("h1", "h2", "h3", "h4", "h5", "h6");

    private final PlainText text = new PlainText();
    private Unreadable.@Nullable Refused refused;

    private HtmlText() {}

    /** The encoding is what a byte-order mark or the page says, else UTF-8. */
    static String of(byte[] page) throws IOException, Unreadable.Refused {
        Document document = Jsoup.parse(new ByteArrayInputStream(page), null, "");
        HtmlText walk = new HtmlText();
        if (!document.title().isBlank() && document.selectFirst("h1") == null) {
            walk.text.heading(1, document.title());
        }
        document.filter(walk);
        if (walk.refused != null) {
            throw walk.refused;
        }
        return walk.text.whole();
    }

    @Override
    public FilterResult head(Node node, int depth) {
        try {
            return entered(node);
        } catch (Unreadable.Refused tooLarge) {
            refused = tooLarge;
            return FilterResult.STOP;
        }
    }

    private FilterResult entered(Node node) throws Unreadable.Refused {
        if (node instanceof TextNode words) {
            text.add(words.text());
        } else if (node instanceof Element element) {
            String name = element.normalName();
            if (LEFT_OUT.contains(name)) {
                return FilterResult.SKIP_ENTIRELY;
            }
            if (HEADINGS.contains(name)) {
                if (!element.text().isBlank()) {
                    text.heading(name.charAt(1) - '0', element.text());
                }
                return FilterResult.SKIP_ENTIRELY;
            }
            opened(element, name);
        }
        return FilterResult.CONTINUE;
    }

    private void opened(Element element, String name) throws Unreadable.Refused {
        if (name.equals("p")) {
            text.paragraph();
        } else if (element.isBlock() || name.equals("br")) {
            text.line();
        }
        if (name.equals("li")) {
            text.add("- ");
        } else if (name.equals("td") || name.equals("th")) {
            text.add(" ");
        }
    }

    @Override
    public FilterResult tail(Node node, int depth) {
        if (node instanceof Element element && element.isBlock()) {
            if (element.normalName().equals("p")) {
                text.paragraph();
            } else {
                text.line();
            }
        }
        return FilterResult.CONTINUE;
    }
}

package io.sonia.console;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The page and its files. It asks no other host, runs no inline script, and makes no HTML out of text. */
final class Page {

    /** Content Security Policy Level 3 and Trusted Types. */
    private static final String POLICY = String.join(
            "; ",
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'");

    private static final Map<String, String> HEADERS = Map.of(
            "Content-Security-Policy", POLICY,
            "Referrer-Policy", "no-referrer",
            "Cross-Origin-Opener-Policy", "same-origin",
            "Cross-Origin-Resource-Policy", "same-origin",
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()");

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml");

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,40}\\.(css|js|svg)");
    private static final String MARKDOWN = "marked.js";
    private static final String MARKDOWN_LIBRARY = "/META-INF/resources/webjars/marked/16.4.1/lib/marked.esm.js";

    private final Map<String, Reply> files = new ConcurrentHashMap<>();

    List<Route<?>> list() {
        return List.of(
                Route.of(Operation.ROOT, Empty.class, call -> file("index.html")),
                Route.of(Operation.CONSOLE_ASSET, Empty.class, this::asset));
    }

    private Reply asset(Call<Empty> call) {
        String name = call.path("file");
        if (!NAME.matcher(name).matches()) {
            throw SoniaException.of(ErrorCode.NOT_FOUND);
        }
        return file(name);
    }

    private Reply file(String name) {
        Reply known = files.get(name);
        if (known == null) {
            known = read(name);
            files.put(name, known);
        }
        return known;
    }

    /** A file of the page; null if there is none of that name. */
    static @Nullable InputStream content(String name) {
        return Page.class.getResourceAsStream(name.equals(MARKDOWN) ? MARKDOWN_LIBRARY : "page/" + name);
    }

    private static Reply read(String name) {
        try (InputStream content = content(name)) {
            if (content == null) {
                throw SoniaException.of(ErrorCode.NOT_FOUND);
            }
            String type = TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1), "");
            return new Reply.Raw(200, type, HEADERS, content.readAllBytes());
        } catch (IOException e) {
            throw SoniaException.caused(ErrorCode.INTERNAL_ERROR, e);
        }
    }
}

package io.sonia.openclaw.web;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.openclaw.CheckAnswer.Resolved;
import io.sonia.contracts.openclaw.SideEffect;
import io.sonia.contracts.openclaw.Verification;
import io.sonia.contracts.openclaw.Verification.Check;
import io.sonia.contracts.policy.NetworkAllowlist.Method;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import io.sonia.openclaw.tools.PreparedCall;
import io.sonia.openclaw.tools.Ran;
import io.sonia.openclaw.tools.Tool;
import io.sonia.openclaw.tools.ToolFacts;
import io.sonia.openclaw.tools.ToolRun;
import io.sonia.openclaw.web.Destinations.Destination;
import java.net.URI;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** Fetches a page from a listed host and gives back its text. */
public final class WebFetch extends Tool<WebFetch.Args> {

    private static final ToolFacts FACTS = new ToolFacts(
            "web.fetch",
            "Fetch a web page",
            "Fetches a page from a host on the network allowlist and returns its text",
            RiskTier.GUARDED_LOW,
            ToolFacts.Times.ofMillis(10_000, 30_000),
            false,
            true,
            true,
            "the status is 2xx and the body is within the cap",
            List.of("web"));

    private final Destinations destinations;
    private final HttpGet http;
    private final int maxBytes;
    private final int maxRedirects;

    /** A fetcher; {@code tls} decides whom to trust, and is asked for at the first use because it is slow to make. */
    public WebFetch(Destinations destinations, Supplier<SSLSocketFactory> tls, int maxBytes, int maxRedirects) {
        super(FACTS, Args.class, Result.class);
        this.destinations = destinations;
        this.http = new HttpGet(tls, maxBytes);
        this.maxBytes = maxBytes;
        this.maxRedirects = maxRedirects;
    }

    /** What to fetch, and how much of its text to give back. */
    public record Args(
            @Text(min = 1, max = 4096) String url,
            @Default("5000") @Range(min = 1, max = 200_000) int maxChars,
            @Default("\"GET\"") Method method) {}

    /**
     * What came back.
     *
     * @param finalUrl where the redirects ended
     * @param textLength characters of the whole text, of which {@code text} is the start
     * @param truncated true if there is more than {@code text}
     * @param sha256 of the bytes read
     */
    public record Result(
            @Text(max = 4096) String url,
            @Text(max = 4096) String finalUrl,
            int status,
            String contentType,
            @Text(max = 200_000) String text,
            int textLength,
            boolean truncated,
            String sha256,
            double elapsedMs) {}

    @Override
    public PreparedCall prepare(Args args) {
        return new Call(args, destinations.listed(args.url(), args.method()));
    }

    private final class Call implements PreparedCall {

        private final Args args;
        private final WebAddress address;
        private @Nullable Destination first;
        private int status;
        private int bytes;

        Call(Args args, WebAddress address) {
            this.args = args;
            this.address = address;
        }

        @Override
        public Resolved resolved() {
            return new Resolved(null, address.authority(), null);
        }

        @Override
        public void inspect() {
            first = destinations.pinned(address, args.method());
        }

        @Override
        public Ran run(ToolRun run) {
            long began = run.context().deadline().clock().nanoTime();
            Destination at = first == null ? destinations.pinned(address, args.method()) : first;
            HttpAnswer answer = http.send(at, args.method(), run);
            for (int hops = 0; answer.redirects(); hops++) {
                if (hops == maxRedirects) {
                    throw UrlRefusal.failed("redirects");
                }
                run.check();
                at = destinations.pinned(next(at.address(), answer), args.method());
                answer = http.send(at, args.method(), run);
            }
            double elapsed = (run.context().deadline().clock().nanoTime() - began) / 1e6;
            Result result = result(at.address(), answer, elapsed);
            status = answer.status();
            bytes = answer.body().length;
            Ran ran = Ran.of(result, new SideEffect("http_request", address.toString(), null, result.sha256()));
            return success() ? ran : ran.failed(failure(result));
        }

        /** Where an answer sends us, judged like a first address. */
        private WebAddress next(WebAddress from, HttpAnswer answer) {
            try {
                String location = URI.create(from.toString())
                        .resolve(answer.header("location"))
                        .toString();
                return destinations.listed(location, args.method());
            } catch (IllegalArgumentException noUrl) {
                throw UrlRefusal.denied("form");
            }
        }

        private Result result(WebAddress at, HttpAnswer answer, double elapsed) {
            if (!answer.header("content-encoding").isEmpty()
                    && !answer.header("content-encoding").equals("identity")) {
                throw UrlRefusal.failed("content_encoding");
            }
            String text = PageText.of(answer.body(), answer.header("content-type"));
            int end = Math.min(args.maxChars(), text.length());
            boolean splits = end < text.length() && end > 0 && Character.isHighSurrogate(text.charAt(end - 1));
            return new Result(
                    address.toString(),
                    at.toString(),
                    answer.status(),
                    answer.header("content-type"),
                    text.substring(0, splits ? end - 1 : end),
                    text.length(),
                    answer.cut() || end < text.length(),
                    Sha256.hex(answer.body()),
                    elapsed);
        }

        private boolean success() {
            return status >= 200 && status < 300;
        }

        private SoniaException failure(Result result) {
            return UrlRefusal.failed("status").with("result", Json.plain(result));
        }

        @Override
        public Verification verify(ToolRun run) {
            return Verification.of(
                    new Check("status", success(), "200 to 299", Integer.toString(status)),
                    new Check("bytes", bytes <= maxBytes, "at most " + maxBytes, Integer.toString(bytes)));
        }
    }
}

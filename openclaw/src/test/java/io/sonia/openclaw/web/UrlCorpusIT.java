package io.sonia.openclaw.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.policy.NetworkAllowlist;
import io.sonia.contracts.policy.NetworkAllowlist.Entry;
import io.sonia.contracts.policy.NetworkAllowlist.Method;
import io.sonia.contracts.policy.NetworkAllowlist.Scheme;
import io.sonia.openclaw.Corpus;
import io.sonia.openclaw.sandbox.TestHouse;
import io.sonia.openclaw.tools.Tools;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every form of address in {@code urls.jsonl}, given to the tool and as the place an allowed page sends it to: the exact
 * code, and no request to a server to which every name leads.
 */
@Timeout(120)
class UrlCorpusIT {

    private static final List<Method> BOTH = List.of(Method.GET, Method.HEAD);

    /** Listed names whose addresses are not public, and one that has both kinds. */
    private static final Map<String, List<String>> ADDRESSES = Map.ofEntries(
            Map.entry("loopback.test", List.of("127.0.0.1")),
            Map.entry("private.test", List.of("192.168.7.7")),
            Map.entry("metadata.test", List.of("169.254.169.254")),
            Map.entry("mapped.test", List.of("::ffff:127.0.0.1")),
            Map.entry("six.test", List.of("::1")),
            Map.entry("mixed.test", List.of("93.184.216.34", "127.0.0.1")),
            Map.entry("zero.test", List.of("0.0.0.0")),
            Map.entry("multicast.test", List.of("224.0.0.1")),
            Map.entry("unique-local.test", List.of("fd00::1")),
            Map.entry("nat64.test", List.of("64:ff9b::7f00:1")));

    @TempDir
    private Path folder;

    private TestHouse house;

    /** The place that the page {@code /away} sends to. */
    private volatile String location = "";

    private void answer(String request, OutputStream out) throws IOException {
        boolean away = request.startsWith("GET /away ");
        out.write(RawServer.bytes(
                away
                        ? "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location + "\r\n\r\n"
                        : "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"));
    }

    private static List<InetAddress> resolve(String host) throws UnknownHostException {
        if (host.equals("unknown.test")) {
            throw new UnknownHostException(host);
        }
        List<InetAddress> all = new ArrayList<>();
        for (String address : ADDRESSES.getOrDefault(host, List.of("127.0.0.1"))) {
            all.add(InetAddress.getByName(address));
        }
        return all;
    }

    private static WebFetch fetch(int port) {
        List<Entry> entries = new ArrayList<>();
        entries.add(new Entry("site.test", port, Scheme.HTTP, BOTH, true));
        entries.add(new Entry("tls.test", port, Scheme.HTTPS, BOTH, true));
        entries.add(new Entry("unknown.test", port, Scheme.HTTP, BOTH, true));
        ADDRESSES.keySet().forEach(host -> entries.add(new Entry(host, port, Scheme.HTTP, BOTH, false)));
        return new WebFetch(
                new Destinations(() -> new NetworkAllowlist(1, 1, Instant.EPOCH, entries), UrlCorpusIT::resolve),
                () -> (SSLSocketFactory) SSLSocketFactory.getDefault(),
                10_000,
                3);
    }

    private String met(WebFetch fetch, String url) throws IOException {
        return Corpus.code(() -> Tools.call(Tools.prepared(fetch, Map.of("url", url)), house.run()))
                .name();
    }

    @Test
    void everyFormEndsAsItShouldAndReachesNothing() throws IOException {
        house = new TestHouse(folder);
        List<Map<String, Object>> lines = Corpus.lines("urls.jsonl");
        assertThat(lines).hasSizeGreaterThanOrEqualTo(150);
        List<String> wrong = new ArrayList<>();
        try (RawServer server = RawServer.start(this::answer)) {
            WebFetch fetch = fetch(server.port());
            for (Map<String, Object> line : lines) {
                String url = line.get("url").toString().replace("{port}", Integer.toString(server.port()));
                int before = server.requests().size();
                String met = met(fetch, url);
                int reached = server.requests().size() - before;
                if (!met.equals(line.get("code")) || reached != (met.equals("OK") ? 1 : 0)) {
                    wrong.add("%s: expected %s, met %s and %d requests".formatted(url, line.get("code"), met, reached));
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void noRedirectLeadsWhereAnAddressWouldNot() throws IOException {
        house = new TestHouse(folder);
        List<String> wrong = new ArrayList<>();
        try (RawServer server = RawServer.start(this::answer)) {
            WebFetch fetch = fetch(server.port());
            String start = "http://site.test:" + server.port() + "/away";
            for (Map<String, Object> line : Corpus.lines("urls.jsonl")) {
                location = line.get("url").toString().replace("{port}", Integer.toString(server.port()));
                String met = met(fetch, start);
                long reached = server.requests().stream()
                        .filter(each -> !each.startsWith("GET /away "))
                        .count();
                server.requests().clear();
                if (!met.equals(line.get("redirect")) || reached != (met.equals("OK") ? 1 : 0)) {
                    wrong.add("%s: expected %s, met %s and %d requests"
                            .formatted(location, line.get("redirect"), met, reached));
                }
            }
        }
        assertThat(wrong).isEmpty();
    }
}

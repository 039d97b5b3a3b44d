package io.sonia.openclaw.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.policy.NetworkAllowlist;
import io.sonia.contracts.policy.NetworkAllowlist.Entry;
import io.sonia.contracts.policy.NetworkAllowlist.Method;
import io.sonia.contracts.policy.NetworkAllowlist.Scheme;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.PublicAddress;
import io.sonia.kernel.http.Resolver;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("AddressSelection") // literal addresses only
class WebAddressTest {

    private static final List<Method> GET = List.of(Method.GET);

    /** The list of these tests: one https host, one http host on a port, one plain address. */
    private static final NetworkAllowlist LIST = new NetworkAllowlist(
            1,
            1,
            Instant.EPOCH,
            List.of(
                    new Entry("example.org", 443, Scheme.HTTPS, GET, false),
                    new Entry("plain.example.org", 8080, Scheme.HTTP, List.of(Method.GET, Method.HEAD), false),
                    new Entry("93.184.216.34", 443, Scheme.HTTPS, GET, false),
                    new Entry("intranet.example.org", 443, Scheme.HTTPS, GET, true)));

    private static SoniaException refusal(String url) {
        try {
            new Destinations(() -> LIST, Resolver.system()).listed(url, Method.GET);
        } catch (SoniaException e) {
            return e;
        }
        throw new AssertionError("was allowed: " + url);
    }

    @ParameterizedTest
    @CsvSource({
        "https://example.org, https://example.org/",
        "https://example.org/, https://example.org/",
        "HTTPS://Example.ORG/Path?q=1, https://example.org/Path?q=1",
        "https://example.org:443/x, https://example.org/x",
        "https://example.org?q=1, https://example.org/?q=1",
        "https://example.org#part, https://example.org/",
        "https://example.org/a?b#c, https://example.org/a?b",
        "https://example.org/@evil.org, https://example.org/@evil.org",
        "https://example.org/%2e%2e/x, https://example.org/%2e%2e/x",
        "http://plain.example.org:8080/x, http://plain.example.org:8080/x",
        "https://93.184.216.34/, https://93.184.216.34/"
    })
    void listedAddressesAreReadInOneForm(String url, String form) {
        assertThat(new Destinations(() -> LIST, Resolver.system())
                        .listed(url, Method.GET)
                        .toString())
                .isEqualTo(form);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "example.org",
                "//example.org/",
                "/path",
                "ftp://example.org/",
                "file:///etc/passwd",
                "gopher://example.org/",
                "javascript:alert(1)",
                "data:text/plain,x",
                "jar:https://example.org!/x",
                "https:example.org",
                "https:/example.org",
                "https:///example.org",
                "https:\\\\example.org",
                "https://example.org\\@evil.org",
                "https://user@example.org/",
                "https://user:pw@example.org/",
                "https://example.org@evil.org/",
                "https://evil.org/example.org",
                "https://example.org.evil.org/",
                "https://evil-example.org/",
                "https://sub.example.org/",
                "https://example.org./",
                "https://.example.org/",
                "https://example..org/",
                "https://-example.org/",
                "https://example.org-/",
                "https://example.org:/",
                "https://example.org:0443/",
                "https://example.org:444/",
                "https://example.org:443x/",
                "https://example.org:443:443/",
                "https://example.org:99999/",
                "https://example.org:-443/",
                "https://example.org:+443/",
                "http://example.org/",
                "http://example.org:443/",
                "https://plain.example.org:8080/",
                "http://plain.example.org/",
                "https://exаmple.org/",
                "https://example。org/",
                "https://example.org／",
                "https://ex%61mple.org/",
                "https://example.org%00/",
                "https://example.org%2f@evil.org/",
                "https://[::1]/",
                "https://[::ffff:93.184.216.34]/",
                "https://[fe80::1%25eth0]/",
                "https://127.0.0.1/",
                "https://localhost/",
                "https://0/",
                "https://0x7f.0.0.1/",
                "https://0x5db8d822/",
                "https://1572395042/",
                "https://0135.0270.0330.042/",
                "https://93.184.55330/",
                "https://93.184.216.034/",
                "https://093.184.216.34/",
                "https://93.184.216.34.5/",
                "https://93.184.216/",
                "https://256.1.1.1/",
                "https://169.254.169.254/latest/meta-data/",
                "https://metadata.google.internal/",
                " https://example.org/",
                "https://example.org/ ",
                "https://example.org/a b",
                "https://example.org/a\tb",
                "https://example.org/a\r\nHost: evil",
                "https://example.org/\u0000",
                "https://example.org/é",
                "https://example.org/a\\b",
                "https://exa_mple.org/"
            })
    void everythingElseIsDenied(String url) {
        assertThat(refusal(url).code()).as(url).isEqualTo(ErrorCode.URL_DENIED);
    }

    @Test
    void theReasonIsNamed() {
        assertThat(refusal("ftp://example.org/").details()).containsEntry("reason", "scheme");
        assertThat(refusal("https://evil.org/").details()).containsEntry("reason", "not_listed");
        assertThat(refusal("https://1572395042/").details()).containsEntry("reason", "host");
        assertThatThrownBy(() ->
                        new Destinations(() -> LIST, Resolver.system()).listed("https://example.org/", Method.HEAD))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.details()).containsEntry("reason", "method"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "0.1.2.3",
                "10.1.2.3",
                "100.64.0.1",
                "100.127.255.255",
                "127.0.0.1",
                "127.255.255.255",
                "169.254.169.254",
                "172.16.0.1",
                "172.31.255.255",
                "192.0.0.1",
                "192.0.2.1",
                "192.88.99.1",
                "192.168.1.1",
                "198.18.0.1",
                "198.19.255.255",
                "198.51.100.1",
                "203.0.113.9",
                "224.0.0.1",
                "239.255.255.255",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "::ffff:127.0.0.1",
                "::ffff:10.0.0.1",
                "::127.0.0.1",
                "64:ff9b::7f00:1",
                "64:ff9b:1::1",
                "100::1",
                "2001::1",
                "2001:db8::1",
                "2001:10::1",
                "2002:7f00:1::1",
                "3fff::1",
                "fc00::1",
                "fd12:3456::1",
                "fe80::1",
                "fec0::1",
                "ff02::1",
                "4000::1"
            })
    void addressesOfNoPublicPlaceAreRecognised(String address) throws UnknownHostException {
        assertThat(PublicAddress.is(InetAddress.getByName(address))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1", "126.1.1.1",
                "128.0.0.1", "169.253.1.1", "172.15.1.1", "172.32.0.1", "192.0.1.1", "192.167.1.1", "198.17.1.1",
                "198.20.0.1", "223.255.255.255", "2606:4700:4700::1111", "2a00:1450::1", "2003::1"
            })
    void publicAddressesAreRecognised(String address) throws UnknownHostException {
        assertThat(PublicAddress.is(InetAddress.getByName(address))).isTrue();
    }

    @Test
    void oneAddressThatIsNotPublicSpoilsThemAll() throws UnknownHostException {
        InetAddress good = InetAddress.getByName("93.184.216.34");
        InetAddress bad = InetAddress.getByName("10.0.0.1");
        for (List<InetAddress> answer : List.of(List.of(bad), List.of(good, bad), List.of(bad, good))) {
            Destinations destinations = new Destinations(() -> LIST, host -> answer);
            assertThatThrownBy(() ->
                            destinations.pinned(destinations.listed("https://example.org/", Method.GET), Method.GET))
                    .isInstanceOfSatisfying(SoniaException.class, e -> {
                        assertThat(e.code()).isEqualTo(ErrorCode.URL_DENIED);
                        assertThat(e.details()).containsEntry("reason", "address");
                    });
            assertThat(destinations
                            .pinned(destinations.listed("https://intranet.example.org/", Method.GET), Method.GET)
                            .pinned())
                    .isEqualTo(answer);
        }
    }

    @Test
    @Timeout(20)
    void aNameServerThatDoesNotAnswerIsGivenUp() throws InterruptedException {
        CountDownLatch silence = new CountDownLatch(1);
        CountDownLatch left = new CountDownLatch(1);
        Resolver mute = Resolver.within(Duration.ofMillis(50), host -> {
            try {
                silence.await();
            } catch (InterruptedException e) {
                left.countDown();
            }
            throw new UnknownHostException(host);
        });
        Destinations destinations = new Destinations(() -> LIST, mute);
        WebAddress address = destinations.listed("https://example.org/", Method.GET);

        assertThatThrownBy(() -> destinations.pinned(address, Method.GET))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.details()).containsEntry("reason", "unknown_host"));
        assertThat(left.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whatTheResolverSaysInTimeIsPassedOn() throws UnknownHostException {
        InetAddress address = InetAddress.getByName("93.184.216.34");
        assertThat(Resolver.within(Duration.ofSeconds(20), host -> List.of(address))
                        .resolve("example.org"))
                .containsExactly(address);
        assertThatThrownBy(() -> Resolver.within(Duration.ofSeconds(20), host -> {
                            throw new UnknownHostException(host);
                        })
                        .resolve("example.org"))
                .isInstanceOf(UnknownHostException.class);
    }

    @Test
    void aNameIsResolvedOnceAndItsAddressKept() throws UnknownHostException {
        List<String> asked = new ArrayList<>();
        InetAddress first = InetAddress.getByName("93.184.216.34");
        InetAddress rebound = InetAddress.getByName("127.0.0.1");
        Destinations destinations = new Destinations(() -> LIST, host -> {
            asked.add(host);
            return List.of(asked.size() == 1 ? first : rebound);
        });
        Destinations.Destination pinned =
                destinations.pinned(destinations.listed("https://example.org/", Method.GET), Method.GET);
        assertThat(pinned.pinned()).containsExactly(first);
        assertThat(asked).containsExactly("example.org");
    }
}

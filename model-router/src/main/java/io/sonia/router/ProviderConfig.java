package io.sonia.router;

import io.sonia.contracts.router.Capability;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.net.URI;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one provider.
 *
 * @param baseUrl absent only for the built-in one
 * @param model absent: the first model listed that can do what is asked
 * @param capabilities of its models, where the server does not say
 * @param firstTokenTimeoutMs absent: the router's
 */
record ProviderConfig(
        @Default("\"openai\"") ProviderKind kind,

        @Nullable @Text(min = 8, max = 500, pattern = "https?://[^\\s?#@]+")
        String baseUrl,

        @Nullable @Text(min = 1, max = 128) String model,
        @Default("false") boolean keyRequired,

        @Default("[\"chat\",\"tools\"]") @Items(min = 1, max = 4)
        List<Capability> capabilities,

        @Nullable @Range(min = 100, max = 300_000) Integer firstTokenTimeoutMs) {

    /** What is wrong with it, told one by one. */
    void check(String name, Consumer<String> problems) {
        if (!name.matches("[a-z0-9][a-z0-9_-]{0,31}")) {
            problems.accept("providers." + name + ": expected a name of lower-case letters, digits, - and _");
        }
        if (kind != ProviderKind.BUILTIN && (baseUrl == null || !hasHost(baseUrl))) {
            problems.accept("providers." + name + ": expected a base_url such as http://127.0.0.1:8080/v1");
        }
    }

    /** Where it listens, with a slash at the end so that paths can be resolved against it. */
    URI base() {
        String url = baseUrl;
        if (url == null) {
            throw new IllegalStateException("checked when the settings were read");
        }
        return URI.create(url.endsWith("/") ? url : url + "/");
    }

    /** True if calls to it do not leave this host. */
    boolean local() {
        return kind == ProviderKind.BUILTIN || isLoopback(base().getHost());
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost") || host.equals("[::1]") || host.matches("127(\\.\\d{1,3}){3}");
    }

    private static boolean hasHost(String url) {
        try {
            return URI.create(url).getHost() != null;
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }
}

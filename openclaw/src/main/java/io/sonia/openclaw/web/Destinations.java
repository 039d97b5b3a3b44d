package io.sonia.openclaw.web;

import io.sonia.contracts.policy.NetworkAllowlist;
import io.sonia.contracts.policy.NetworkAllowlist.Entry;
import io.sonia.contracts.policy.NetworkAllowlist.Method;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.PublicAddress;
import io.sonia.kernel.http.Resolver;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.function.Supplier;

/** Where web tools may go: listed places only, and of those only the addresses that are public. */
public final class Destinations {

    private final Supplier<NetworkAllowlist> allowlist;
    private final Resolver resolver;

    /** @param allowlist the list in force, asked for at each use */
    public Destinations(Supplier<NetworkAllowlist> allowlist, Resolver resolver) {
        this.allowlist = allowlist;
        this.resolver = resolver;
    }

    /** An address that may be connected to: resolved once and checked, so that the name is not asked again. */
    record Destination(WebAddress address, List<InetAddress> pinned) {}

    /**
     * Reads a URL and looks for it on the list; no name is resolved.
     *
     * @throws SoniaException URL_DENIED
     */
    public WebAddress listed(String url, Method method) {
        WebAddress address = WebAddress.parse(url);
        entry(address, method);
        return address;
    }

    /**
     * Resolves the host of a listed address. One address that may not be reached spoils them all.
     *
     * @throws SoniaException URL_DENIED, TOOL_FAILED if the name does not resolve
     */
    Destination pinned(WebAddress address, Method method) {
        Entry entry = entry(address, method);
        List<InetAddress> addresses;
        try {
            addresses = resolver.resolve(address.host());
        } catch (UnknownHostException e) {
            throw UrlRefusal.failed("unknown_host");
        }
        if (!entry.allowPrivate() && !addresses.stream().allMatch(PublicAddress::is)) {
            throw UrlRefusal.denied("address");
        }
        return new Destination(address, addresses);
    }

    private Entry entry(WebAddress address, Method method) {
        Entry found = allowlist.get().entries().stream()
                .filter(each -> each.host().equals(address.host())
                        && each.port() == address.port()
                        && each.scheme() == address.scheme())
                .findFirst()
                .orElseThrow(() -> UrlRefusal.denied("not_listed"));
        if (!found.methods().contains(method)) {
            throw UrlRefusal.denied("method");
        }
        return found;
    }
}

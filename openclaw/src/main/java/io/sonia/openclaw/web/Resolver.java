package io.sonia.openclaw.web;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Finds the addresses of a host name. */
public interface Resolver {

    /** All addresses, at least one. */
    List<InetAddress> resolve(String host) throws UnknownHostException;

    /** The machine's own way. */
    static Resolver system() {
        return host -> List.of(InetAddress.getAllByName(host));
    }
}

package io.sonia.kernel.http;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;

/**
 * Tells addresses of the public internet from all others, by the IANA special-purpose registries (RFC 6890 and its
 * successors). In IPv6 only the global unicast block counts as public, without the parts in it that are documentation or
 * hold another address.
 */
public final class PublicAddress {

    /** An address block: the first bits, and how many of them count. */
    private record Block(byte[] start, int bits) {

        boolean holds(byte[] address) {
            for (int i = 0; i < bits; i++) {
                int mask = 0x80 >> (i % 8);
                if ((address[i / 8] & mask) != (start[i / 8] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }

    private static final List<Block> NOT_PUBLIC_4 = List.of(
            block(8, 0), // this network
            block(8, 10), // private
            block(10, 100, 64), // carrier-grade NAT
            block(8, 127), // loopback
            block(16, 169, 254), // link-local, cloud metadata
            block(12, 172, 16), // private
            block(24, 192, 0, 0), // protocol assignments
            block(24, 192, 0, 2), // documentation
            block(24, 192, 88, 99), // 6to4 relays
            block(16, 192, 168), // private
            block(15, 198, 18), // benchmarks
            block(24, 198, 51, 100), // documentation
            block(24, 203, 0, 113), // documentation
            block(4, 224), // multicast
            block(4, 240)); // reserved, broadcast

    private static final Block GLOBAL_UNICAST_6 = block(3, 0x20);

    private static final List<Block> NOT_PUBLIC_6 = List.of(
            block(23, 0x20, 0x01), // protocol assignments, Teredo
            block(32, 0x20, 0x01, 0x0d, 0xb8), // documentation
            block(16, 0x20, 0x02), // 6to4, holds an IPv4 address
            block(20, 0x3f, 0xff)); // documentation

    private PublicAddress() {}

    public static boolean is(InetAddress address) {
        byte[] bytes = address.getAddress();
        return address instanceof Inet4Address
                ? NOT_PUBLIC_4.stream().noneMatch(each -> each.holds(bytes))
                : GLOBAL_UNICAST_6.holds(bytes) && NOT_PUBLIC_6.stream().noneMatch(each -> each.holds(bytes));
    }

    private static Block block(int bits, int... start) {
        byte[] bytes = new byte[16];
        for (int i = 0; i < start.length; i++) {
            bytes[i] = (byte) start[i];
        }
        return new Block(bytes, bits);
    }
}

package io.sonia.verifier;

import java.io.ByteArrayOutputStream;
import java.util.List;

/** The C2SP tiles of a chain. */
final class SampleTiles {

    private static final int WIDTH = 256;

    private SampleTiles() {}

    static SampleZip of(SampleChain chain, SampleNotary notary, int size) {
        List<byte[]> data = chain.leaves(size);
        SampleZip zip = new SampleZip().with("checkpoint", notary.checkpoint(chain.name(), chain.tree(size)));
        for (int n = 0; n * WIDTH < size; n++) {
            ByteArrayOutputStream bundle = new ByteArrayOutputStream();
            for (byte[] hash : data.subList(n * WIDTH, Math.min(size, (n + 1) * WIDTH))) {
                bundle.write(0);
                bundle.write(hash.length);
                bundle.writeBytes(hash);
            }
            zip.with(name("entries", n, bundle.size() / 34), bundle.toByteArray());
        }
        int level = 0;
        for (int span = 1; size / span > 0; span *= WIDTH) {
            int hashes = size / span;
            for (int n = 0; n * WIDTH < hashes; n++) {
                int end = Math.min(hashes, (n + 1) * WIDTH);
                ByteArrayOutputStream tile = new ByteArrayOutputStream();
                for (int i = n * WIDTH; i < end; i++) {
                    tile.writeBytes(Rfc6962.root(data.subList(i * span, (i + 1) * span)));
                }
                zip.with(name(Integer.toString(level), n, end - n * WIDTH), tile.toByteArray());
            }
            level++;
        }
        return zip;
    }

    private static String name(String kind, int n, int width) {
        return "tile/%s/%03d%s".formatted(kind, n, width == WIDTH ? "" : ".p/" + width);
    }
}

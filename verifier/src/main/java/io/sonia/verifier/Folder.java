package io.sonia.verifier;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The regular files under a folder; links and devices are refused. */
final class Folder implements FileTree {

    private final Path root;
    private final Map<String, Long> sizes = new HashMap<>();

    Folder(Path root) throws IOException {
        this.root = root;
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                take(file, attributes);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private void take(Path file, BasicFileAttributes attributes) {
        if (!attributes.isRegularFile()) {
            throw Refusal.of(Reason.UNSAFE_ARCHIVE, "there is something that is no regular file");
        }
        if (sizes.size() == MAX_FILES) {
            throw Refusal.of(Reason.UNSAFE_ARCHIVE, "there are more than " + MAX_FILES + " files");
        }
        sizes.put(FileTree.requireSafe(root.relativize(file).toString()), attributes.size());
    }

    @Override
    public Set<String> names() {
        return sizes.keySet();
    }

    @Override
    public long size(String name) {
        return sizes.getOrDefault(name, 0L);
    }

    @Override
    public InputStream open(String name) throws IOException {
        return Files.newInputStream(root.resolve(name));
    }

    @Override
    public void close() {
        // Each file is closed by who opened it.
    }
}

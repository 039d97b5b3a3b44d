package io.sonia.gates;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The production code of every module, as built. */
final class House {

    private static final List<String> NOT_SHIPPED = List.of("testkit", "testdb", "benchmarks");

    private House() {}

    static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        return folder.endsWith("gates") ? folder.getParent() : folder;
    }

    static JavaClasses classes() {
        return new ClassFileImporter().importPaths(modules("target/classes"));
    }

    static List<Path> sources() {
        return modules("src/main/java").stream().flatMap(House::javaFiles).toList();
    }

    /** Production and test code, also of what is not shipped. */
    static List<Path> everySource() throws IOException {
        try (Stream<Path> folders = Files.list(root())) {
            return folders.flatMap(each -> Stream.of(each.resolve("src/main/java"), each.resolve("src/test/java")))
                    .filter(Files::isDirectory)
                    .flatMap(House::javaFiles)
                    .toList();
        }
    }

    private static List<Path> modules(String inside) {
        try (Stream<Path> folders = Files.list(root())) {
            return folders.filter(
                            each -> !NOT_SHIPPED.contains(each.getFileName().toString()))
                    .map(each -> each.resolve(inside))
                    .filter(Files::isDirectory)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> javaFiles(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(each -> each.toString().endsWith(".java")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

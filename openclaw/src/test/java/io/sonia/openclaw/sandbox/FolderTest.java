package io.sonia.openclaw.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The moments between two steps of a walk, one by one: whoever swaps a name then gains nothing. */
class FolderTest {

    @TempDir
    private Path folder;

    private TestHouse house;

    @BeforeEach
    void build() throws IOException {
        house = new TestHouse(folder);
        Files.createSymbolicLink(house.workspace.resolve("link-dir"), house.outside);
        Files.createSymbolicLink(house.workspace.resolve("link-file"), house.outside.resolve("secret.txt"));
    }

    private Folder workspace() throws IOException {
        return house.sandbox.open(house.sandbox.start());
    }

    private static void denied(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SYMLINK_DENIED));
    }

    @Test
    void aLinkInTheFoldersPlaceIsNotEntered() throws IOException {
        try (Folder workspace = workspace()) {
            denied(() -> workspace.enter("link-dir").close());
        }
    }

    @Test
    void aLinkInTheFilesPlaceIsNotRead() throws IOException {
        try (Folder workspace = workspace()) {
            denied(() -> workspace.read("link-file").close());
        }
    }

    @Test
    void whatIsReadIsWhatWasLookedAt() throws IOException {
        try (Folder workspace = workspace();
                Descriptor held = Descriptor.of(house.workspace).hold("notes.txt")) {
            Files.delete(house.workspace.resolve("notes.txt"));
            Files.createLink(house.workspace.resolve("notes.txt"), house.outside.resolve("secret.txt"));
            assertThat(Files.readString(held.path())).isEqualTo("buy milk");
            assertThat(held.names()).isZero();
            assertThatThrownBy(() -> workspace.read("notes.txt"))
                    .isInstanceOfSatisfying(
                            SoniaException.class, e -> assertThat(e.details()).containsEntry("reason", "hard_link"));
        }
    }

    @Test
    void noDescriptorIsLeftOpen() throws IOException {
        long before = descriptors();
        for (int i = 0; i < 50; i++) {
            try (Folder workspace = workspace();
                    Folder docs = workspace.enter("docs");
                    FileChannel file = docs.read("a.txt")) {
                assertThat(file.size()).isEqualTo(5);
                denied(() -> workspace.enter("link-dir").close());
                denied(() -> workspace.read("link-file").close());
                assertThatThrownBy(() -> workspace.enter("notes.txt")).isInstanceOf(SoniaException.class);
                assertThatThrownBy(() -> workspace.read("none")).isInstanceOf(SoniaException.class);
                assertThat(docs.names(10)).hasSize(2);
                docs.sync();
            }
        }
        assertThat(descriptors()).isLessThan(before + 25);
    }

    /** Of this process; other tests of it may have some of their own. */
    private static long descriptors() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.count();
        }
    }

    @Test
    void anOpenFolderStaysWhatItWasWhenItsNameIsSwapped() throws IOException {
        try (Folder workspace = workspace();
                Folder docs = workspace.enter("docs")) {
            Files.move(house.workspace.resolve("docs"), house.workspace.resolve("moved"));
            Files.createSymbolicLink(house.workspace.resolve("docs"), house.outside);
            write(docs, "new.txt", "inside");
            docs.rename("new.txt", "secret.txt");
            assertThat(house.workspace.resolve("moved/secret.txt")).hasContent("inside");
            assertThat(house.outside.resolve("secret.txt")).hasContent(TestHouse.SECRET);
        }
    }

    @Test
    void aNewFileIsNeverCreatedThroughALink() throws IOException {
        Files.createSymbolicLink(house.workspace.resolve("dangling"), house.outside.resolve("new.txt"));
        try (Folder workspace = workspace()) {
            assertThatThrownBy(() -> write(workspace, "dangling", "x")).isInstanceOf(IOException.class);
        }
        assertThat(house.outside.resolve("new.txt")).doesNotExist();
    }

    @Test
    void renamingOntoALinkReplacesTheLink() throws IOException {
        try (Folder workspace = workspace()) {
            workspace.rename("notes.txt", "link-file");
        }
        assertThat(house.workspace.resolve("link-file")).isRegularFile().hasContent("buy milk");
        assertThat(house.outside.resolve("secret.txt")).hasContent(TestHouse.SECRET);
    }

    @Test
    void foldersAreMadeBelowTheOpenHandle() throws IOException {
        SandboxPath path = house.sandbox.resolve("docs/x/y/file.txt");
        List<SandboxPath> made = new ArrayList<>();
        house.sandbox.makeParent(path, made).close();
        assertThat(made).extracting(SandboxPath::shown).containsExactly("docs/x", "docs/x/y");
        assertThat(house.workspace.resolve("docs/x/y")).isDirectory();
        denied(() -> house.sandbox
                .makeParent(house.sandbox.resolve("link-dir/x/file.txt"), made)
                .close());
        assertThat(house.outside.resolve("x")).doesNotExist();
    }

    @Test
    void permissionsAreThoseOfTheFileAndNotOfALinksTarget() throws IOException {
        Files.setPosixFilePermissions(
                house.outside.resolve("secret.txt"), PosixFilePermissions.fromString("rw-------"));
        try (Folder workspace = workspace()) {
            denied(() -> workspace.permit("link-file", PosixFilePermissions.fromString("rwxrwxrwx")));
        }
        assertThat(Files.getPosixFilePermissions(house.outside.resolve("secret.txt")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    private static void write(Folder folder, String name, String text) throws IOException {
        try (FileChannel file = folder.create(name, PosixFilePermissions.fromString("rw-r--r--"))) {
            file.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        }
    }
}

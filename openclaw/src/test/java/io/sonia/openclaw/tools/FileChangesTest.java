package io.sonia.openclaw.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.openclaw.SideEffect;
import io.sonia.contracts.openclaw.Verification.Verdict;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import io.sonia.openclaw.sandbox.TestHouse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Adding, moving, copying, and the deleting that never happens. */
class FileChangesTest {

    private static final int MAX = 4096;
    private static final String MILK = Sha256.hex("buy milk");

    @TempDir
    private Path folder;

    private TestHouse house;
    private FileAppend append;
    private FileMove move;
    private FileCopy copy;

    @BeforeEach
    void build() throws IOException {
        house = new TestHouse(folder);
        FileChanges changes = new FileChanges(house.sandbox, MAX, house.ids());
        append = new FileAppend(changes);
        move = new FileMove(changes);
        copy = new FileCopy(changes);
    }

    private static void refused(ThrowingCallable call, ErrorCode code, String reason) {
        assertThatThrownBy(call).isInstanceOfSatisfying(SoniaException.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e.details()).containsEntry("reason", reason);
        });
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(house.workspace)) {
            return files.map(each -> each.getFileName().toString()).sorted().toList();
        }
    }

    private Path file(String name) {
        return house.workspace.resolve(name);
    }

    @Test
    void aFileGrowsByWhatIsAdded() throws IOException {
        Files.setPosixFilePermissions(file("notes.txt"), PosixFilePermissions.fromString("rw-------"));
        Tools.Done done = Tools.call(append, "{'path':'notes.txt','content':' and tea'}", house.run());
        assertThat(file("notes.txt")).hasContent("buy milk and tea");
        String now = Sha256.hex("buy milk and tea");
        assertThat(done.<FileAppend.Result>result()).isEqualTo(new FileAppend.Result("notes.txt", 8, 16, now));
        assertThat(done.ran().sideEffects()).containsExactly(new SideEffect("file", "notes.txt", MILK, now));
        assertThat(done.verification().verdict()).isEqualTo(Verdict.PASSED);
        assertThat(Files.getPosixFilePermissions(file("notes.txt")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(names()).containsExactly("docs", "notes.txt");
    }

    @Test
    void whatIsAddedToAMissingFileMakesIt() throws IOException {
        Tools.call(append, "{'path':'log.bin','content':'Af8=','encoding':'base64'}", house.run());
        Tools.Done done = Tools.call(append, "{'path':'log.bin','content':'Ag==','encoding':'base64'}", house.run());
        assertThat(Files.readAllBytes(file("log.bin"))).containsExactly(1, 0xff, 2);
        assertThat(done.<FileAppend.Result>result().sizeBytes()).isEqualTo(3);
    }

    @Test
    void aFileDoesNotGrowBeyondTheLimit() throws IOException {
        Files.writeString(file("big.txt"), "x".repeat(MAX - 1));
        Tools.call(append, "{'path':'big.txt','content':'y'}", house.run());
        assertThatThrownBy(() -> Tools.call(append, "{'path':'big.txt','content':'y'}", house.run()))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PAYLOAD_TOO_LARGE));
        assertThat(Files.size(file("big.txt"))).isEqualTo(MAX);
    }

    @Test
    void anAdditionThatSomebodyCutsOffFailsItsCheck() throws IOException {
        PreparedCall call = Tools.prepared(append, "{'path':'notes.txt','content':' and tea'}");
        call.inspect();
        call.run(house.run());
        Files.writeString(file("notes.txt"), "buy milk and te!");
        assertThat(call.verify(house.run()).verdict()).isEqualTo(Verdict.FAILED);
        Files.writeString(file("notes.txt"), "buy milk and tea!");
        assertThat(call.verify(house.run()).verdict()).isEqualTo(Verdict.FAILED);
    }

    @Test
    void aProbeTellsWhetherAnAdditionHappened() throws IOException {
        PreparedCall call = Tools.prepared(append, "{'path':'notes.txt','content':' and tea'}");
        call.inspect();
        Path leftOver = file(String.valueOf(call.trace().get("temporary")));
        Files.writeString(leftOver, "buy milk an");
        assertThat(append.probe(call.trace()).orElseThrow().verdict()).isEqualTo(Verdict.FAILED);
        assertThat(leftOver).doesNotExist();
        call.run(house.run());
        assertThat(append.probe(call.trace()).orElseThrow().verdict()).isEqualTo(Verdict.PASSED);
    }

    @Test
    void aMovedFileIsAtItsNewPathOnly() throws IOException {
        Tools.Done done = Tools.call(move, "{'source':'notes.txt','destination':'docs/list.txt'}", house.run());
        assertThat(file("notes.txt")).doesNotExist();
        assertThat(file("docs/list.txt")).hasContent("buy milk");
        assertThat(done.<FileMove.Result>result()).isEqualTo(new FileMove.Result("notes.txt", "docs/list.txt", MILK));
        assertThat(done.ran().sideEffects())
                .containsExactly(
                        new SideEffect("file", "notes.txt", MILK, null),
                        new SideEffect("file", "docs/list.txt", null, MILK));
        assertThat(done.verification().verdict()).isEqualTo(Verdict.PASSED);
    }

    @Test
    void aCopiedFileIsAtBothPaths() throws IOException {
        Files.setPosixFilePermissions(file("notes.txt"), PosixFilePermissions.fromString("rw-r-----"));
        Tools.Done done = Tools.call(copy, "{'source':'notes.txt','destination':'docs/list.txt'}", house.run());
        assertThat(file("notes.txt")).hasContent("buy milk");
        assertThat(file("docs/list.txt")).hasContent("buy milk");
        assertThat(Files.getPosixFilePermissions(file("docs/list.txt")))
                .isEqualTo(PosixFilePermissions.fromString("rw-r-----"));
        assertThat(done.<FileCopy.Result>result())
                .isEqualTo(new FileCopy.Result("notes.txt", "docs/list.txt", 8, MILK));
        assertThat(done.ran().sideEffects()).containsExactly(new SideEffect("file", "docs/list.txt", null, MILK));
        assertThat(done.verification().verdict()).isEqualTo(Verdict.PASSED);
        Tools.call(copy, "{'source':'S:/data/readme.txt','destination':'readme.txt'}", house.run());
        assertThat(file("readme.txt")).hasContent("public data");
    }

    @Test
    void whatIsThereIsReplacedOnlyIfAskedFor() throws IOException {
        for (Tool<?> tool : List.of(move, copy)) {
            refused(
                    () -> Tools.call(tool, "{'source':'notes.txt','destination':'docs/a.txt'}", house.run()),
                    ErrorCode.TOOL_FAILED,
                    "exists");
            assertThat(file("docs/a.txt")).hasContent("alpha");
        }
        String wish = "{'source':'notes.txt','destination':'docs/a.txt','overwrite':true}";
        Tools.Done copied = Tools.call(copy, wish, house.run());
        assertThat(copied.ran().sideEffects())
                .containsExactly(new SideEffect("file", "docs/a.txt", Sha256.hex("alpha"), MILK));
        Tools.call(move, wish, house.run());
        assertThat(file("docs/a.txt")).hasContent("buy milk");
        assertThat(names()).containsExactly("docs");
    }

    @Test
    void whatIsReadOnlyMayBeCopiedAndNotMoved() {
        refused(
                () -> Tools.call(move, "{'source':'S:/data/readme.txt','destination':'x.txt'}", house.run()),
                ErrorCode.PATH_OUTSIDE_SANDBOX,
                "read_only");
        refused(
                () -> Tools.call(copy, "{'source':'notes.txt','destination':'S:/data/x.txt'}", house.run()),
                ErrorCode.PATH_OUTSIDE_SANDBOX,
                "read_only");
    }

    @Test
    void foldersMissingFilesAndTheSamePathAreRefused() throws IOException {
        for (Tool<?> tool : List.of(move, copy)) {
            refused(
                    () -> Tools.call(tool, "{'source':'docs','destination':'x'}", house.run()),
                    ErrorCode.TOOL_FAILED,
                    "not_a_file");
            refused(
                    () -> Tools.call(tool, "{'source':'none','destination':'x'}", house.run()),
                    ErrorCode.TOOL_FAILED,
                    "not_found");
            refused(
                    () -> Tools.call(tool, "{'source':'notes.txt','destination':'./notes.txt'}", house.run()),
                    ErrorCode.TOOL_FAILED,
                    "same_file");
            refused(
                    () -> Tools.call(tool, "{'source':'notes.txt','destination':'none/x'}", house.run()),
                    ErrorCode.TOOL_FAILED,
                    "not_found");
        }
        assertThat(names()).containsExactly("docs", "notes.txt");
    }

    @Test
    void aProbeTellsWhetherAMoveHappened() throws IOException {
        PreparedCall call = Tools.prepared(move, "{'source':'notes.txt','destination':'list.txt'}");
        call.inspect();
        Files.createFile(file("list.txt"));
        assertThat(move.probe(call.trace()).orElseThrow().verdict()).isEqualTo(Verdict.FAILED);
        assertThat(file("list.txt")).doesNotExist();
        call.run(house.run());
        assertThat(move.probe(call.trace()).orElseThrow().verdict()).isEqualTo(Verdict.PASSED);
    }

    @Test
    void aProbeTellsWhetherACopyHappened() throws IOException {
        PreparedCall call = Tools.prepared(copy, "{'source':'notes.txt','destination':'list.txt'}");
        call.inspect();
        Path leftOver = file(String.valueOf(call.trace().get("temporary")));
        Files.writeString(leftOver, "buy");
        assertThat(copy.probe(call.trace()).orElseThrow().verdict()).isEqualTo(Verdict.FAILED);
        assertThat(leftOver).doesNotExist();
        call.run(house.run());
        assertThat(copy.probe(call.trace()).orElseThrow().verdict()).isEqualTo(Verdict.PASSED);
    }

    @Test
    void nothingIsDeletedWhateverThePolicySays() {
        FileDelete delete = new FileDelete(house.sandbox);
        for (String args : List.of("{'path':'notes.txt'}", "{'path':'none'}")) {
            PreparedCall call = Tools.prepared(delete, args);
            for (ThrowingCallable step : List.<ThrowingCallable>of(call::inspect, () -> call.run(house.run()))) {
                assertThatThrownBy(step)
                        .isInstanceOfSatisfying(
                                SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.POLICY_DENIED));
            }
        }
        assertThat(file("notes.txt")).exists();
    }
}

package io.sonia.openclaw.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.openclaw.CheckAnswer.Resolved;
import io.sonia.contracts.openclaw.SideEffect;
import io.sonia.contracts.openclaw.Verification.Verdict;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import io.sonia.openclaw.sandbox.Entry;
import io.sonia.openclaw.sandbox.TestHouse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileToolsTest {

    private static final int MAX = 4096;

    @TempDir
    private Path folder;

    private TestHouse house;
    private FileRead read;
    private FileList list;
    private FileStat stat;
    private FileWrite write;

    @BeforeEach
    void build() throws IOException {
        house = new TestHouse(folder);
        read = new FileRead(house.sandbox, MAX);
        list = new FileList(house.sandbox);
        stat = new FileStat(house.sandbox, MAX);
        write = new FileWrite(new FileChanges(house.sandbox, MAX, house.ids()));
    }

    private static void refused(ThrowingCallable call, ErrorCode code, String reason) {
        assertThatThrownBy(call).isInstanceOfSatisfying(SoniaException.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e.details()).containsEntry("reason", reason);
        });
    }

    @Test
    void everyToolTellsThePathItWouldTouch() {
        for (Tool<?> tool : List.of(read, list, stat)) {
            assertThat(Tools.prepared(tool, "{'path':'sub/../notes.txt'}").resolved())
                    .isEqualTo(new Resolved("notes.txt", null, null));
        }
        assertThat(Tools.prepared(write, "{'path':'./new.txt','content':''}").resolved())
                .isEqualTo(new Resolved("new.txt", null, null));
    }

    @Test
    void aToolThatOnlyReadsIsSafeAndNeedsNoConfirmation() {
        for (Tool<?> tool : List.of(read, list, stat)) {
            ToolFacts facts = tool.facts();
            assertThat(facts.tier()).isEqualTo(RiskTier.SAFE_READ);
            assertThat(facts.readOnly() && facts.idempotent() && facts.reversible())
                    .isTrue();
            assertThat(facts.requiresConfirmation()).isFalse();
        }
        assertThat(write.facts().readOnly()).isFalse();
        assertThat(write.facts().requiresConfirmation()).isTrue();
    }

    @Test
    void aFileIsReadWithItsHash() throws IOException {
        Tools.Done done = Tools.call(read, "{'path':'notes.txt'}", house.run());
        assertThat(done.<FileRead.Result>result())
                .isEqualTo(new FileRead.Result("notes.txt", "buy milk", 8, Sha256.hex("buy milk"), false));
        assertThat(done.verification().verdict()).isEqualTo(Verdict.PASSED);
        assertThat(done.ran().sideEffects()).isEmpty();
    }

    @Test
    void aPartIsReadWithTheHashOfTheWhole() throws IOException {
        FileRead.Result part = Tools.call(read, "{'path':'notes.txt','offset':4,'max_bytes':2}", house.run())
                .result();
        assertThat(part).isEqualTo(new FileRead.Result("notes.txt", "mi", 8, Sha256.hex("buy milk"), true));
        FileRead.Result beyond = Tools.call(read, "{'path':'notes.txt','offset':400}", house.run())
                .result();
        assertThat(beyond.content()).isEmpty();
        assertThat(beyond.truncated()).isFalse();
    }

    @Test
    void aCutNeverSplitsACharacter() throws IOException {
        Files.writeString(house.workspace.resolve("u.txt"), "aä€😀z");
        for (int from = 0; from < 11; from++) {
            for (int length = 1; length < 12; length++) {
                FileRead.Result part = Tools.call(
                                read,
                                "{'path':'u.txt','offset':%d,'max_bytes':%d}".formatted(from, length),
                                house.run())
                        .result();
                assertThat("aä€😀z").contains(part.content());
            }
        }
    }

    @Test
    void bytesThatAreNoTextNeedBase64() throws IOException {
        Files.write(house.workspace.resolve("b.bin"), new byte[] {1, (byte) 0xff, 2});
        refused(() -> Tools.call(read, "{'path':'b.bin'}", house.run()), ErrorCode.TOOL_FAILED, "not_utf8");
        FileRead.Result result = Tools.call(read, "{'path':'b.bin','encoding':'base64'}", house.run())
                .result();
        assertThat(result.content()).isEqualTo("Af8C");
    }

    @Test
    void whatIsNotThereOrNoFileFails() {
        refused(() -> Tools.call(read, "{'path':'none'}", house.run()), ErrorCode.TOOL_FAILED, "not_found");
        refused(() -> Tools.call(read, "{'path':'no/ne'}", house.run()), ErrorCode.TOOL_FAILED, "not_found");
        refused(() -> Tools.call(read, "{'path':'docs'}", house.run()), ErrorCode.TOOL_FAILED, "not_a_file");
        refused(() -> Tools.call(read, "{'path':'.'}", house.run()), ErrorCode.TOOL_FAILED, "not_a_file");
        refused(
                () -> Tools.call(read, "{'path':'notes.txt/x'}", house.run()),
                ErrorCode.TOOL_FAILED,
                "not_a_directory");
        refused(() -> Tools.call(list, "{'path':'notes.txt'}", house.run()), ErrorCode.TOOL_FAILED, "not_a_directory");
    }

    @Test
    void aFileAboveTheLimitIsNotRead() throws IOException {
        Files.write(house.workspace.resolve("big"), new byte[MAX + 1]);
        assertThatThrownBy(() -> Tools.call(read, "{'path':'big'}", house.run()))
                .isInstanceOfSatisfying(SoniaException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.PAYLOAD_TOO_LARGE);
                    assertThat(e.details()).containsEntry("limit_bytes", MAX);
                });
        FileStat.Result result = Tools.call(stat, "{'path':'big'}", house.run()).result();
        assertThat(result.sizeBytes()).isEqualTo(MAX + 1L);
        assertThat(result.sha256()).isNull();
    }

    @Test
    void aSecondNameOfAFileIsRefused() throws IOException {
        Files.createLink(house.workspace.resolve("hard"), house.outside.resolve("secret.txt"));
        refused(() -> Tools.call(read, "{'path':'hard'}", house.run()), ErrorCode.PATH_OUTSIDE_SANDBOX, "hard_link");
        refused(
                () -> Tools.call(write, "{'path':'hard','content':'x'}", house.run()),
                ErrorCode.PATH_OUTSIDE_SANDBOX,
                "hard_link");
        assertThat(house.outside.resolve("secret.txt")).hasContent(TestHouse.SECRET);
    }

    @Test
    void readingNoticesThatTheFileHasChanged() throws IOException {
        PreparedCall call = Tools.prepared(read, "{'path':'notes.txt'}");
        call.run(house.run());
        Files.writeString(house.workspace.resolve("notes.txt"), "buy milk and bread");
        assertThat(call.verify(house.run()).verdict()).isEqualTo(Verdict.FAILED);
    }

    @Test
    void aFolderIsListedByName() throws IOException {
        Files.createSymbolicLink(house.workspace.resolve("link"), house.outside);
        Files.writeString(house.workspace.resolve("hidden.db"), "x");
        FileList.Result result = Tools.call(list, "{}", house.run()).result();
        assertThat(result.entries())
                .extracting(FileList.Item::name, FileList.Item::kind)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("docs", Entry.Kind.DIRECTORY),
                        org.assertj.core.groups.Tuple.tuple("link", Entry.Kind.SYMLINK),
                        org.assertj.core.groups.Tuple.tuple("notes.txt", Entry.Kind.FILE));
        assertThat(result.count()).isEqualTo(3);
    }

    @Test
    void everythingBelowIsListedWithoutFollowingLinks() throws IOException {
        Files.createSymbolicLink(house.workspace.resolve("docs/link"), house.outside);
        FileList.Result result =
                Tools.call(list, "{'recursive':true}", house.run()).result();
        assertThat(result.entries())
                .extracting(FileList.Item::name)
                .containsExactly("docs", "docs/a.txt", "docs/deep", "docs/deep/b.txt", "docs/link", "notes.txt");
        FileList.Result cut =
                Tools.call(list, "{'recursive':true,'limit':3}", house.run()).result();
        assertThat(cut.entries()).hasSize(3);
        assertThat(cut.truncated()).isTrue();
        FileList.Result data = Tools.call(list, "{'path':'S:/data','recursive':true}", house.run())
                .result();
        assertThat(data.entries()).extracting(FileList.Item::name).containsExactly("memory", "readme.txt");
    }

    @Test
    void aLookTellsWhatIsThereAndWhatIsNot() throws IOException {
        FileStat.Result file =
                Tools.call(stat, "{'path':'docs/a.txt'}", house.run()).result();
        assertThat(file.kind()).isEqualTo(Entry.Kind.FILE);
        assertThat(file.sha256()).isEqualTo(Sha256.hex("alpha"));
        assertThat(Tools.call(stat, "{'path':'none/at/all'}", house.run())
                        .<FileStat.Result>result()
                        .exists())
                .isFalse();
        assertThat(Tools.call(stat, "{'path':'.'}", house.run())
                        .<FileStat.Result>result()
                        .kind())
                .isEqualTo(Entry.Kind.DIRECTORY);
    }

    @Test
    void aNewFileIsWrittenWithItsFolders() throws IOException {
        Tools.Done done =
                Tools.call(write, "{'path':'new/deep/todo.txt','content':'hello','create_parents':true}", house.run());
        assertThat(house.workspace.resolve("new/deep/todo.txt")).hasContent("hello");
        assertThat(done.<FileWrite.Result>result())
                .isEqualTo(new FileWrite.Result("new/deep/todo.txt", 5, Sha256.hex("hello"), false, null));
        assertThat(done.ran().sideEffects())
                .containsExactly(
                        new SideEffect("directory", "new", null, null),
                        new SideEffect("directory", "new/deep", null, null),
                        new SideEffect("file", "new/deep/todo.txt", null, Sha256.hex("hello")));
        assertThat(done.verification().verdict()).isEqualTo(Verdict.PASSED);
        assertThat(names(house.workspace)).containsExactlyInAnyOrder("docs", "new", "notes.txt");
        assertThat(names(house.workspace.resolve("new/deep"))).containsExactly("todo.txt");
    }

    @Test
    void withoutTheWishNoFolderIsMade() {
        refused(
                () -> Tools.call(write, "{'path':'new/todo.txt','content':'hello'}", house.run()),
                ErrorCode.TOOL_FAILED,
                "not_found");
        assertThat(house.workspace.resolve("new")).doesNotExist();
    }

    @Test
    void aFileIsReplacedAndKeepsItsPermissions() throws IOException {
        Path notes = house.workspace.resolve("notes.txt");
        Files.setPosixFilePermissions(notes, PosixFilePermissions.fromString("rwxr-x---"));
        Tools.Done done = Tools.call(write, "{'path':'notes.txt','content':'%s'}".formatted("ü€"), house.run());
        assertThat(notes).hasContent("ü€");
        assertThat(Files.getPosixFilePermissions(notes)).isEqualTo(PosixFilePermissions.fromString("rwxr-x---"));
        assertThat(done.<FileWrite.Result>result().previousSha256()).isEqualTo(Sha256.hex("buy milk"));
        assertThat(done.<FileWrite.Result>result().bytesWritten()).isEqualTo(5);
    }

    @Test
    void aPreconditionProtectsWhatSomebodyElseWrote() throws IOException {
        String expected = Sha256.hex("buy milk");
        Tools.call(
                write,
                "{'path':'notes.txt','content':'buy bread','expected_sha256':'%s'}".formatted(expected),
                house.run());
        refused(
                () -> Tools.call(
                        write,
                        "{'path':'notes.txt','content':'buy tea','expected_sha256':'%s'}".formatted(expected),
                        house.run()),
                ErrorCode.TOOL_FAILED,
                "precondition_failed");
        assertThat(house.workspace.resolve("notes.txt")).hasContent("buy bread");
        assertThat(names(house.workspace)).containsExactlyInAnyOrder("docs", "notes.txt");
    }

    @Test
    void contentMayBeBase64() throws IOException {
        Tools.call(write, "{'path':'b.bin','content':'Af8C','encoding':'base64'}", house.run());
        assertThat(Files.readAllBytes(house.workspace.resolve("b.bin"))).containsExactly(1, 0xff, 2);
        assertThatThrownBy(() -> Tools.prepared(write, "{'path':'b.bin','content':'*','encoding':'base64'}"))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
    }

    @Test
    void readOnlyRootsAreNotWritten() {
        refused(
                () -> Tools.call(write, "{'path':'S:/data/x.txt','content':'x'}", house.run()),
                ErrorCode.PATH_OUTSIDE_SANDBOX,
                "read_only");
    }

    @Test
    void aWriteThatDidNotLastFailsItsCheck() throws IOException {
        PreparedCall call = Tools.prepared(write, "{'path':'notes.txt','content':'mine'}");
        call.inspect();
        call.run(house.run());
        Files.writeString(house.workspace.resolve("notes.txt"), "somebody else's");
        assertThat(call.verify(house.run()).verdict()).isEqualTo(Verdict.FAILED);
    }

    @Test
    void aProbeTellsWhetherAWriteHappened() throws IOException {
        PreparedCall call = Tools.prepared(write, "{'path':'notes.txt','content':'mine'}");
        String leftOver = String.valueOf(call.trace().get("temporary"));
        Files.writeString(house.workspace.resolve(leftOver), "mi");
        assertThat(write.probe(call.trace()).orElseThrow().verdict()).isEqualTo(Verdict.FAILED);
        assertThat(house.workspace.resolve(leftOver)).doesNotExist();
        call.run(house.run());
        assertThat(write.probe(call.trace()).orElseThrow().verdict()).isEqualTo(Verdict.PASSED);
    }

    @Test
    void cancelledAndLateRunsDoNothing() {
        ToolRun cancelled = house.run();
        cancelled.cancel();
        refused(
                () -> Tools.call(write, "{'path':'notes.txt','content':'x'}", cancelled),
                ErrorCode.TOOL_FAILED,
                "cancelled");
        assertThatThrownBy(() -> Tools.call(write, "{'path':'notes.txt','content':'x'}", house.run(Duration.ZERO)))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TIMEOUT));
        assertThat(house.workspace.resolve("notes.txt")).hasContent("buy milk");
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(each -> each.getFileName().toString()).toList();
        }
    }
}

package io.sonia.openclaw.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.Clock;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.process.Command;
import io.sonia.kernel.process.Processes;
import io.sonia.openclaw.Corpus;
import io.sonia.openclaw.sandbox.TestHouse;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every form of path in {@code paths.jsonl} with every way to use one: the exact code, no secret in what comes back, and
 * nothing changed outside of the workspace.
 */
@Timeout(300)
class PathCorpusIT {

    private static final String READ = "{\"path\":%s}";
    private static final String CONTENT = "{\"path\":%s,\"content\":\"x\"}";
    private static final String DEEP = "{\"path\":%s,\"content\":\"x\",\"create_parents\":true}";
    private static final String FROM = "{\"source\":%s,\"destination\":\"destination.txt\"}";
    private static final String TO = "{\"source\":\"notes.txt\",\"destination\":%s,\"overwrite\":true}";

    /** So many of the uses read; what they leave is looked at once, after the last of them. */
    private static final int READING = 2;

    private record Use(String name, Tool<?> tool, String args) {}

    @TempDir
    private Path folder;

    private final Processes processes = new Processes(Clock.system());
    private TestHouse house;
    private List<Use> uses;

    /** A house with links, a pipe, a socket and second names in it; one that was there before is put right. */
    private void build() throws IOException {
        clear(folder.resolve("home/workspace"));
        house = new TestHouse(folder);
        Path w = house.workspace;
        Path secret = house.outside.resolve("secret.txt");
        link(w, "link-file", secret);
        link(w, "link-dir", house.outside);
        link(w, "docs/link-up", Path.of(".."));
        link(w, "link-dangling", house.outside.resolve("not-there.txt"));
        link(w, "link-loop", Path.of("link-loop"));
        link(w, "link-chain", Path.of("link-file"));
        link(w, "link-inside", Path.of("docs"));
        link(w, "link-root", Path.of("/"));
        link(w, "link-proc", Path.of("/proc"));
        link(w, "link-self", Path.of("."));
        link(w, "link-home", house.home);
        link(w, "link-dot", w);
        link(w, "link-device", Path.of("/dev/null"));
        link(house.data, "link-to-secret", secret);
        link(house.data, "link-to-dir", house.outside);
        Files.createLink(w.resolve("hard.txt"), secret);
        Files.createLink(w.resolve("docs/hard.txt"), secret);
        if (!Files.exists(w.resolve("pipe"))) {
            special(w);
        }
        FileChanges changes = new FileChanges(house.sandbox, 1 << 20, house.ids());
        FileWrite write = new FileWrite(changes);
        FileCopy copy = new FileCopy(changes);
        FileMove move = new FileMove(changes);
        uses = List.of(
                new Use("read", new FileRead(house.sandbox, 1 << 20), READ),
                new Use("list", new FileList(house.sandbox), READ),
                new Use("stat", new FileStat(house.sandbox, 1 << 20), READ),
                new Use("write", write, CONTENT),
                new Use("write_deep", write, DEEP),
                new Use("append", new FileAppend(changes), CONTENT),
                new Use("copy_from", copy, FROM),
                new Use("copy_to", copy, TO),
                new Use("move_from", move, FROM),
                new Use("move_to", move, TO));
    }

    private static void link(Path at, String name, Path target) throws IOException {
        if (!Files.isSymbolicLink(at.resolve(name))) {
            Files.createSymbolicLink(at.resolve(name), target);
        }
    }

    private void special(Path w) throws IOException {
        String pipe = w.resolve("pipe").toString();
        processes
                .spawn(new Command(List.of("/usr/bin/mkfifo", pipe), Map.of(), w, null))
                .exit()
                .join();
        try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.bind(UnixDomainSocketAddress.of(w.resolve("socket")));
        }
    }

    /** Deletes everything but the pipe and the socket, which no tool changes and a process has to make. */
    private static void clear(Path workspace) throws IOException {
        if (!Files.exists(workspace)) {
            return;
        }
        try (Stream<Path> files = Files.walk(workspace)) {
            for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                String name = each.getFileName().toString();
                if (!each.equals(workspace) && !name.equals("pipe") && !name.equals("socket")) {
                    Files.delete(each);
                }
            }
        }
    }

    /** Every file in and around the house with its content; links and special files without. */
    private Map<String, String> everything() throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path each : files.toList()) {
                String content = Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS) ? Files.readString(each) : "";
                all.put(each.toString(), content);
            }
        }
        return all;
    }

    private Map<String, String> outside(Map<String, String> everything) {
        Map<String, String> all = new TreeMap<>(everything);
        all.keySet().removeIf(each -> each.startsWith(house.workspace + "/"));
        return all;
    }

    @Test
    void everyFormEndsAsItShouldAndLeavesNoTraceOutside() throws IOException {
        List<Map<String, Object>> lines = Corpus.lines("paths.jsonl");
        assertThat(lines).hasSizeGreaterThanOrEqualTo(200);
        build();
        Map<String, String> before = everything();
        List<String> wrong = new ArrayList<>();
        UnaryOperator<String> places = text -> text.replace("{home}", house.home.toString())
                .replace("{workspace}", house.workspace.toString())
                .replace("{outside}", house.outside.toString());
        for (Map<String, Object> line : lines) {
            for (int i = 0; i < uses.size(); i++) {
                Use use = uses.get(i);
                String path = places.apply(line.get("path").toString());
                String met = Corpus.code(() -> {
                            Tools.Done done = Tools.call(
                                    Tools.prepared(
                                            use.tool(),
                                            Json.parseObject(use.args().formatted(Json.text(path)))),
                                    house.run());
                            assertThat(Json.text(done.ran().result())).doesNotContain(TestHouse.SECRET, "root:x:0");
                        })
                        .name();
                if (!met.equals(line.get(use.name()))) {
                    wrong.add("%s %s: expected %s, met %s"
                            .formatted(use.name(), Json.text(path), line.get(use.name()), met));
                }
                Map<String, String> after = i < READING ? before : everything();
                if (!after.equals(before)) {
                    assertThat(met).as(use.name() + " " + path).isEqualTo("OK");
                    assertThat(outside(after)).as(use.name() + " " + path).isEqualTo(outside(before));
                    build();
                    assertThat(everything()).isEqualTo(before);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }
}

package io.sonia.openclaw.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.Clock;
import io.sonia.kernel.Ids;
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
import java.security.SecureRandom;
import java.util.ArrayList;
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
@Timeout(120)
class PathCorpusIT {

    private static final String READ = "{\"path\":%s}";
    private static final String CONTENT = "{\"path\":%s,\"content\":\"x\"}";
    private static final String DEEP = "{\"path\":%s,\"content\":\"x\",\"create_parents\":true}";
    private static final String FROM = "{\"source\":%s,\"destination\":\"destination.txt\"}";
    private static final String TO = "{\"source\":\"notes.txt\",\"destination\":%s,\"overwrite\":true}";

    private record Use(String name, Tool<?> tool, String args) {}

    @TempDir
    private Path folder;

    private final Processes processes = new Processes(Clock.system());
    private final Ids ids = new Ids(new SecureRandom());
    private TestHouse house;
    private List<Use> uses;

    /** A fresh house with links, pipes, sockets and second names in it. */
    private void build() throws IOException {
        house = new TestHouse(Files.createDirectory(folder.resolve(ids.next("h-"))));
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
        processes
                .spawn(new Command(List.of("/usr/bin/mkfifo", w.resolve("pipe").toString()), Map.of(), w, null))
                .exit()
                .join();
        try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.bind(UnixDomainSocketAddress.of(w.resolve("socket")));
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
        Files.createSymbolicLink(at.resolve(name), target);
    }

    /** Everything in the house but the workspace, and everything around it. */
    private Map<String, String> outside() throws IOException {
        Map<String, String> all = new TreeMap<>();
        Path around = house.home.getParent();
        try (Stream<Path> files = Files.walk(around)) {
            for (Path each :
                    files.filter(each -> !each.startsWith(house.workspace)).toList()) {
                String content = Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS) ? Files.readString(each) : "";
                all.put(around.relativize(each).toString(), content);
            }
        }
        return all;
    }

    private Map<String, String> inside() throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (Stream<Path> files = Files.walk(house.workspace)) {
            for (Path each : files.toList()) {
                String content = Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS) ? Files.readString(each) : "";
                all.put(house.workspace.relativize(each).toString(), content);
            }
        }
        return all;
    }

    @Test
    void everyFormEndsAsItShouldAndLeavesNoTraceOutside() throws IOException {
        List<Map<String, Object>> lines = Corpus.lines("paths.jsonl");
        assertThat(lines).hasSizeGreaterThanOrEqualTo(200);
        build();
        Map<String, String> outside = outside();
        Map<String, String> inside = inside();
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
                assertThat(outside()).as(use.name() + " " + path).isEqualTo(outside);
                if (!inside().equals(inside)) {
                    assertThat(met).as(use.name() + " " + path).isEqualTo("OK");
                    build();
                    outside = outside();
                    inside = inside();
                }
            }
        }
        assertThat(wrong).isEmpty();
    }
}

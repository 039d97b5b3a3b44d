package io.sonia.openclaw.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import io.sonia.openclaw.sandbox.TestHouse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every way to name something one may not have, times every file tool: the exact refusal, and nothing changed. */
class SandboxMatrixTest {

    private static final Map<String, ErrorCode> FORMS = forms();

    @TempDir
    private Path folder;

    private static Map<String, ErrorCode> forms() {
        Map<String, ErrorCode> forms = new LinkedHashMap<>();
        for (String outside : List.of(
                "../../../../etc/passwd",
                "/etc/passwd",
                "//etc//passwd",
                "..",
                "../secrets/root.key",
                "docs/../../secrets/root.key",
                "docs/../../../outside/secret.txt",
                "..\\secrets\\root.key",
                "S:/secrets/root.key",
                "S:\\secrets\\root.key",
                "S:/config/x.json",
                "S:/state/x",
                "S:/logs/x.log",
                "S:/..",
                "C:\\x",
                "/proc/self/environ",
                "/dev/null",
                "S:/data/memory/sonia.db",
                "S:/data/memory/Sonia.DB-wal",
                "S:/data/sessions/ses_1.json",
                "sub.db/x")) {
            forms.put(outside, ErrorCode.PATH_OUTSIDE_SANDBOX);
        }
        for (String link : List.of(
                "link-file",
                "link-dir",
                "link-dir/secret.txt",
                "link-dir/../notes.txt/../link-dir/secret.txt",
                "docs/link-up",
                "docs/link-up/notes.txt",
                "link-dangling",
                "link-dangling/new.txt",
                "link-loop",
                "link-loop/x",
                "link-chain",
                "link-inside",
                "link-inside/a.txt",
                "link-root/etc/passwd",
                "link-proc/self/environ",
                "S:/data/link-to-secret")) {
            forms.put(link, ErrorCode.SYMLINK_DENIED);
        }
        for (String none : List.of("notes\u0000.txt", "notes.txt\n", "\u001b[2J")) {
            forms.put(none, ErrorCode.INVALID_ARGUMENT);
        }
        return forms;
    }

    private static void plant(TestHouse house) throws IOException {
        Path w = house.workspace;
        Files.createSymbolicLink(w.resolve("link-file"), house.outside.resolve("secret.txt"));
        Files.createSymbolicLink(w.resolve("link-dir"), house.outside);
        Files.createSymbolicLink(w.resolve("docs/link-up"), Path.of(".."));
        Files.createSymbolicLink(w.resolve("link-dangling"), house.outside.resolve("not-there.txt"));
        Files.createSymbolicLink(w.resolve("link-loop"), Path.of("link-loop"));
        Files.createSymbolicLink(w.resolve("link-chain"), Path.of("link-file"));
        Files.createSymbolicLink(w.resolve("link-inside"), Path.of("docs"));
        Files.createSymbolicLink(w.resolve("link-root"), Path.of("/"));
        Files.createSymbolicLink(w.resolve("link-proc"), Path.of("/proc"));
        Files.createSymbolicLink(house.data.resolve("link-to-secret"), house.outside.resolve("secret.txt"));
    }

    @TestFactory
    Stream<DynamicTest> everyFormIsRefusedByEveryTool() throws IOException {
        TestHouse house = new TestHouse(folder);
        plant(house);
        Map<String, Tool<?>> tools = new LinkedHashMap<>();
        tools.put("read", new FileRead(house.sandbox, 1 << 20));
        tools.put("list", new FileList(house.sandbox));
        tools.put("stat", new FileStat(house.sandbox, 1 << 20));
        tools.put("write", new FileWrite(new FileChanges(house.sandbox, 1 << 20, house.ids())));
        tools.put("write with parents", new FileWrite(new FileChanges(house.sandbox, 1 << 20, house.ids())));
        return FORMS.entrySet().stream()
                .flatMap(form -> tools.entrySet().stream()
                        .map(tool -> DynamicTest.dynamicTest(
                                tool.getKey() + " " + Json.text(form.getKey()),
                                () -> refuses(
                                        house,
                                        tool.getKey(),
                                        tool.getValue(),
                                        form.getKey(),
                                        expected(tool.getKey(), form)))));
    }

    /** Data is not written at all, whatever is there. */
    private static ErrorCode expected(String tool, Map.Entry<String, ErrorCode> form) {
        boolean writesData = tool.startsWith("write") && form.getKey().startsWith("S:/data");
        return writesData ? ErrorCode.PATH_OUTSIDE_SANDBOX : form.getValue();
    }

    private void refuses(TestHouse house, String name, Tool<?> tool, String path, ErrorCode expected)
            throws IOException {
        String args = switch (name) {
            case "write" -> "{\"path\":%s,\"content\":\"x\"}";
            case "write with parents" -> "{\"path\":%s,\"content\":\"x\",\"create_parents\":true}";
            default -> "{\"path\":%s}";
        };
        ErrorCode met = ErrorCode.OK;
        try {
            Tools.call(tool, args.formatted(Json.text(path)), house.run());
        } catch (SoniaException e) {
            met = e.code();
        }
        assertThat(met).isEqualTo(expected);
        try (Stream<Path> outside = Files.list(house.outside)) {
            assertThat(outside).containsExactly(house.outside.resolve("secret.txt"));
        }
        assertThat(house.outside.resolve("secret.txt")).hasContent(TestHouse.SECRET);
    }
}

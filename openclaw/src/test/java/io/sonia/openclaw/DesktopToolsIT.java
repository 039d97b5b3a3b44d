package io.sonia.openclaw;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.openclaw.ExecuteAnswer;
import io.sonia.contracts.openclaw.Verification.Verdict;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.openclaw.desktop.VirtualDisplay;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The tools on a display, as the executor runs them: with a grant, on record, verified. Where the programs for it are not
 * installed each of these calls is answered with what is missing.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DesktopToolsIT extends WorkshopCase {

    /** A terminal that writes down every key and every click it gets. */
    private static final String NOTES = "stty raw -echo\nprintf '\\033[?1000h'\nexec cat > typed\n";

    private static final String LAUNCH =
            "{'target':'notes','args':['-u8','-T','Notes','-geometry','80x24+0+0','-e','sh','notes.sh']}";

    private VirtualDisplay display;
    private int executions;

    @BeforeAll
    void startDisplay() throws IOException {
        display = VirtualDisplay.possible() ? new VirtualDisplay() : null;
    }

    @AfterAll
    void stopDisplay() {
        if (display != null) {
            display.close();
        }
    }

    @BeforeEach
    void useDisplay() throws IOException {
        Files.writeString(shop.home.workspace().resolve("notes.sh"), NOTES);
        Files.writeString(shop.home.configFile(), """
                {"openclaw": {"isolation": "off", "display": "%s", "apps": {"notes": "/usr/bin/xterm"}}}
                """.formatted(display == null ? ":4096" : display.name()));
        shop.restart();
    }

    private ExecuteAnswer run(String tool, String args) {
        String token = shop.token(shop.grant(tool, args));
        ExecuteAnswer answer;
        try {
            answer = shop.run(Workshop.request(tool, args, token, "exe_" + ++executions));
        } catch (SoniaException e) {
            throw new AssertionError(e.code() + " " + e.details(), e);
        }
        assertThat(answer.verification().verdict()).as(answer.toString()).isEqualTo(Verdict.PASSED);
        return answer;
    }

    /** True if the tools work here; else it was seen that this one says why it does not. */
    private boolean possible(String tool, String args) {
        if (display != null) {
            return true;
        }
        String token = shop.token(shop.grant(tool, args));
        SoniaException refusal =
                refused(() -> shop.run(Workshop.request(tool, args, token, "exe_1")), ErrorCode.TOOL_UNAVAILABLE);
        assertThat(refusal.details().get("unavailable_reason").toString()).matches(".*(install the package|answer).*");
        return false;
    }

    private static void until(BooleanSupplier seen) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!seen.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    private List<?> windows() {
        return (List<?>) run("window.list", "{}").result().get("windows");
    }

    private String typed() {
        Path file = shop.home.workspace().resolve("typed");
        try {
            return Files.exists(file) ? Files.readString(file, StandardCharsets.ISO_8859_1) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts the terminal and gives it the keyboard. */
    private String notes() {
        run("app.launch", LAUNCH);
        until(() -> !windows().isEmpty());
        Map<?, ?> window = (Map<?, ?>) windows().getFirst();
        assertThat(window.get("title")).isEqualTo("Notes");
        assertThat(window.get("app")).isEqualTo("xterm");
        until(() -> Files.exists(shop.home.workspace().resolve("typed")));
        run("window.focus", "{'title':'Notes'}");
        return (String) window.get("window_id");
    }

    @Test
    void whatIsCopiedCanBePasted() {
        if (possible("clipboard.write", "{'text':'x'}")) {
            assertThat(run("clipboard.read", "{}").result())
                    .containsEntry("text", "")
                    .containsEntry("length", 0L);
            run("clipboard.write", "{'text':'Grüße\\n\\n'}");
            run("clipboard.write", "{'text':'Grüße, Мир 🙂\\n'}");
            assertThat(run("clipboard.read", "{}").result()).containsEntry("text", "Grüße, Мир 🙂\n");
            shop.stop();
            assertThat(programs("xclip")).isEmpty();
        }
    }

    @Test
    void aLongClipboardIsCutAndSaysSo() {
        if (possible("clipboard.write", "{'text':'x'}")) {
            run("clipboard.write", "{'text':'" + "é".repeat(100_000) + "'}");
            assertThat(run("clipboard.read", "{}").result())
                    .containsEntry("length", 100_000L)
                    .containsEntry("truncated", false);
        }
    }

    @Test
    void aTextIsTypedIntoTheWindowThatHasTheKeyboard() {
        if (possible("keyboard.type", "{'text':'x'}")) {
            String id = notes();
            run("keyboard.type", "{'text':'--x; $(rm)\\n\\ngrün','delay_ms':100}");
            until(() -> typed().endsWith("n"));
            assertThat(new String(typed().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8))
                    .isEqualTo("--x; $(rm)\r\rgrün");
            run("keyboard.hotkey", "{'keys':['ctrl','c']}");
            until(() -> typed().endsWith("\u0003"));
            run("window.focus", "{'window_id':'" + id + "'}");
        }
    }

    @Test
    void aClickReachesTheWindowBelowIt() {
        if (possible("mouse.click", "{'x':50,'y':60}")) {
            notes();
            run("mouse.click", "{'x':50,'y':60,'clicks':2}");
            until(() -> typed().length() >= 24);
            // Pressed and let go, twice: each is ESC [ M with the button and the place.
            assertThat(typed().split("\u001b\\[M", -1)).hasSize(5);
            SoniaException outside = refusal("mouse.click", "{'x':800,'y':1}");
            assertThat(outside.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        }
    }

    @Test
    void aScreenshotIsAPictureOfThatSizeInTheWorkspace() throws IOException {
        if (possible("screenshot", "{}")) {
            Map<String, Object> whole = run("screenshot", "{}").result();
            assertThat(whole).containsEntry("width", 800L).containsEntry("height", 600L);
            Map<String, Object> part = run("screenshot", "{'region':{'x':10,'y':20,'width':30,'height':40}}")
                    .result();
            assertThat(part).containsEntry("width", 30L).containsEntry("height", 40L);
            byte[] file = Files.readAllBytes(shop.home.workspace().resolve((String) part.get("path")));
            assertThat(file).startsWith(0x89, 'P', 'N', 'G');
            assertThat(refusal("screenshot", "{'region':{'x':790,'y':0,'width':30,'height':40}}")
                            .code())
                    .isEqualTo(ErrorCode.INVALID_ARGUMENT);
        }
    }

    @Test
    void onlyProgramsOfTheSettingsAreStartedAndTheyEndWithTheService() {
        if (possible("app.launch", LAUNCH)) {
            long pid = ((Number) run("app.launch", LAUNCH).result().get("pid")).longValue();
            assertThat(ProcessHandle.of(pid)).isPresent();
            assertThat(refusal("app.launch", "{'target':'xterm'}").code()).isEqualTo(ErrorCode.INVALID_COMMAND);
            assertThat(refusal("app.launch", "{'target':'notes','args':['-e','../../secrets/root.key']}")
                            .code())
                    .isEqualTo(ErrorCode.PATH_OUTSIDE_SANDBOX);
            assertThat(refusal("app.launch", "{'target':'notes','args':['-no-such-option']}")
                            .code())
                    .isEqualTo(ErrorCode.VERIFICATION_FAILED);
            shop.stop();
            assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
        }
    }

    @Test
    void aWindowThatIsNotThereIsNotFocused() {
        if (possible("window.focus", "{'title':'x'}")) {
            SoniaException refusal = refusal("window.focus", "{'title':'Nobody'}");
            assertThat(refusal.code()).isEqualTo(ErrorCode.TOOL_FAILED);
            assertThat(refusal.details()).containsEntry("reason", "not_found");
        }
    }

    @Test
    void whereNoDisplayIsEveryToolSaysSo() throws IOException {
        Files.writeString(shop.home.configFile(), "{\"openclaw\": {\"isolation\": \"off\"}}");
        shop.restart();
        for (String tool : List.of("clipboard.read", "window.list", "keyboard.type", "screenshot", "app.launch")) {
            SoniaException refusal = refusal(tool, "{}");
            assertThat(refusal.code()).isEqualTo(ErrorCode.TOOL_UNAVAILABLE);
            assertThat(refusal.details().get("unavailable_reason").toString()).contains("DISPLAY");
        }
    }

    private SoniaException refusal(String tool, String args) {
        String token = shop.token(shop.grant(tool, args));
        try {
            throw new AssertionError(shop.run(Workshop.request(tool, args, token, "exe_" + ++executions)));
        } catch (SoniaException e) {
            return e;
        }
    }

    private static List<String> programs(String name) {
        return ProcessHandle.current()
                .descendants()
                .flatMap(each -> each.info().command().stream())
                .filter(each -> each.endsWith("/" + name))
                .toList();
    }
}

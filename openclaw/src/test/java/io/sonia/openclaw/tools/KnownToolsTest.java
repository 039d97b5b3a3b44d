package io.sonia.openclaw.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.policy.KnownTools;
import io.sonia.kernel.json.Shape;
import io.sonia.openclaw.desktop.AppLaunch;
import io.sonia.openclaw.desktop.ClipboardRead;
import io.sonia.openclaw.desktop.ClipboardWrite;
import io.sonia.openclaw.desktop.KeyboardHotkey;
import io.sonia.openclaw.desktop.KeyboardType;
import io.sonia.openclaw.desktop.MouseClick;
import io.sonia.openclaw.desktop.Screenshot;
import io.sonia.openclaw.desktop.WindowFocus;
import io.sonia.openclaw.desktop.WindowList;
import io.sonia.openclaw.shell.ShellRun;
import io.sonia.openclaw.web.WebFetch;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Policy knows the arguments that the tools really have. */
class KnownToolsTest {

    @Test
    void theArgumentsPolicyKnowsAreThoseOfTheTools() {
        Map<String, Class<? extends Record>> tools = Map.ofEntries(
                Map.entry("file.read", FileRead.Args.class),
                Map.entry("file.list", FileList.Args.class),
                Map.entry("file.stat", FileStat.Args.class),
                Map.entry("file.write", FileWrite.Args.class),
                Map.entry("file.append", FileAppend.Args.class),
                Map.entry("file.move", FileMove.Args.class),
                Map.entry("file.copy", FileCopy.Args.class),
                Map.entry("file.delete", FileDelete.Args.class),
                Map.entry("shell.run", ShellRun.Args.class),
                Map.entry("web.fetch", WebFetch.Args.class),
                Map.entry("memory.search", MemorySearch.Args.class),
                Map.entry("memory.store", MemoryStore.Args.class),
                Map.entry("clipboard.read", ClipboardRead.Args.class),
                Map.entry("clipboard.write", ClipboardWrite.Args.class),
                Map.entry("window.list", WindowList.Args.class),
                Map.entry("window.focus", WindowFocus.Args.class),
                Map.entry("keyboard.type", KeyboardType.Args.class),
                Map.entry("keyboard.hotkey", KeyboardHotkey.Args.class),
                Map.entry("mouse.click", MouseClick.Args.class),
                Map.entry("screenshot", Screenshot.Args.class),
                Map.entry("app.launch", AppLaunch.Args.class));

        assertThat(KnownTools.NAMES).isEqualTo(tools.keySet());
        tools.forEach((tool, args) -> {
            Set<String> known = new HashSet<>(KnownTools.ARGUMENTS.get(tool));
            known.removeAll(KnownTools.PARSED);
            assertThat(known).as(tool).isEqualTo(Shape.of(args).names());
        });
    }
}

package io.sonia.openclaw.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.policy.KnownTools;
import io.sonia.kernel.json.Shape;
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
        Map<String, Class<? extends Record>> tools = Map.of(
                "file.read", FileRead.Args.class,
                "file.list", FileList.Args.class,
                "file.stat", FileStat.Args.class,
                "file.write", FileWrite.Args.class,
                "shell.run", ShellRun.Args.class,
                "web.fetch", WebFetch.Args.class,
                "memory.search", MemorySearch.Args.class,
                "memory.store", MemoryStore.Args.class);

        assertThat(KnownTools.NAMES).isEqualTo(tools.keySet());
        tools.forEach((tool, args) -> {
            Set<String> known = new HashSet<>(KnownTools.ARGUMENTS.get(tool));
            known.removeAll(KnownTools.PARSED);
            assertThat(known).as(tool).isEqualTo(Shape.of(args).names());
        });
    }
}

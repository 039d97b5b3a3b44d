package io.sonia.openclaw;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.ServiceDefinition;
import io.sonia.contracts.ServiceModule;
import io.sonia.contracts.ServiceParts;
import io.sonia.contracts.policy.PolicySet;
import io.sonia.contracts.redaction.TextPlace;
import io.sonia.journal.OutboxRelay;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Peer;
import io.sonia.kernel.http.Resolver;
import io.sonia.kernel.http.RestorePhase;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.identity.KeyMaterial;
import io.sonia.kernel.process.Processes;
import io.sonia.kernel.settings.Section;
import io.sonia.openclaw.sandbox.Sandbox;
import io.sonia.openclaw.shell.CommandCheck;
import io.sonia.openclaw.shell.Isolation;
import io.sonia.openclaw.shell.RunningCommands;
import io.sonia.openclaw.shell.ShellLimits;
import io.sonia.openclaw.shell.ShellRun;
import io.sonia.openclaw.tools.FileAppend;
import io.sonia.openclaw.tools.FileChanges;
import io.sonia.openclaw.tools.FileCopy;
import io.sonia.openclaw.tools.FileDelete;
import io.sonia.openclaw.tools.FileList;
import io.sonia.openclaw.tools.FileMove;
import io.sonia.openclaw.tools.FileRead;
import io.sonia.openclaw.tools.FileStat;
import io.sonia.openclaw.tools.FileWrite;
import io.sonia.openclaw.tools.MemorySearch;
import io.sonia.openclaw.tools.MemoryStore;
import io.sonia.openclaw.tools.Tool;
import io.sonia.openclaw.web.Destinations;
import io.sonia.openclaw.web.WebFetch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** The tool executor: runs tools in a sandbox, only with a grant or as policy's safe reads. */
public final class OpenClawModule implements ServiceModule {

    private static final Section<OpenClawConfig> SECTION = Section.fixed("openclaw", OpenClawConfig.class);

    public static final ServiceDefinition DEFINITION = new ServiceDefinition(
            ServiceName.OPENCLAW, List.of(SECTION), ExecutionTables.MIGRATIONS, OpenClawModule::new);

    private static final Duration RETENTION_EVERY = Duration.ofMinutes(10);
    private static final Duration STOPS_EVERY = Duration.ofMillis(250);
    private static final Duration ALLOWLIST_EVERY = Duration.ofSeconds(1);
    private static final Duration RESTORE_TIME = Duration.ofSeconds(10);

    private final ServiceParts parts;
    private final AllowlistWatch allowlist;
    private final Isolation isolation;
    private final FileChanges changes;
    private final DesktopTools desktop;
    private final Toolbox toolbox;
    private final LiveRuns live = new LiveRuns();
    private final ToolQueue queue;
    private final ExecutionStore store;
    private final int lost;
    private final List<Route<?>> routes;
    private @Nullable OutboxRelay relay;

    OpenClawModule(ServiceParts parts) {
        this.parts = parts;
        OpenClawConfig config = parts.settings().section(SECTION);
        Peer evaOs = parts.peers().of(ServiceName.EVA_OS);
        PolicySet.load(parts.home().policies()); // refuses to start with files that are no policy
        this.allowlist = new AllowlistWatch(parts.home().policies(), evaOs, parts.clock(), parts.ids());
        Destinations destinations = new Destinations(allowlist, Resolver.system());
        Sandbox sandbox = Roots.sandbox(parts.home(), config);
        Processes processes = new Processes(parts.clock());
        this.isolation = Isolation.of(config.isolation(), sandbox, processes);
        this.changes = new FileChanges(sandbox, config.maxFileBytes(), parts.ids());
        RunningCommands running = commands(processes);
        this.desktop = new DesktopTools(parts, config, sandbox, changes, processes, running);
        this.toolbox = new Toolbox(
                tools(config, destinations, sandbox, new ShellRun.Started(processes, running, parts.clock())));
        this.queue = new ToolQueue(config.maxRunning(), config.maxWaiting());
        this.store = new ExecutionStore(parts.journal(), Cursors.of(parts.home(), parts.clock()));
        ExecutionRecords records = new ExecutionRecords(parts.journal(), store, parts.clock());
        // Before anything is served, so that nobody finds an execution of a former life still running.
        this.lost = records.restore(lost -> Context.own(
                parts.service(), lost.correlationId(), lost.actorId(), RESTORE_TIME, parts.ids(), parts.clock()));
        Executions executions = new Executions(
                toolbox,
                new Permissions(evaOs, KeyMaterial.publicKey(parts.home()), parts.clock()),
                records,
                new ToolRunner(parts.clock(), parts.log()),
                new Executions.Traffic(live, queue, new ToolMetrics(parts.metrics())),
                parts.ids());
        this.routes = new OpenClawRoutes(toolbox, executions, new Settlements(toolbox, records, live), store).list();
    }

    /** The record of running commands, without those that a former life has left running. */
    private RunningCommands commands(Processes processes) {
        RunningCommands running = new RunningCommands(parts.home().runningCommands(), processes);
        int ended = running.endLeftOver();
        if (ended > 0) {
            parts.log().warn("commands.ended", "Commands of a former life were ended", Map.of("count", ended));
        }
        return running;
    }

    private List<Tool<?>> tools(
            OpenClawConfig config, Destinations destinations, Sandbox sandbox, ShellRun.Started started) {
        int maxFile = config.maxFileBytes();
        OpenClawConfig.Shell shell = config.shell();
        Peer memory = parts.peers().of(ServiceName.MEMORY_ENGINE);
        List<Tool<?>> tools = new ArrayList<>(List.of(
                new FileRead(sandbox, maxFile),
                new FileList(sandbox),
                new FileStat(sandbox, maxFile),
                new FileWrite(changes),
                new FileAppend(changes),
                new FileMove(changes),
                new FileCopy(changes),
                new FileDelete(sandbox),
                new ShellRun(
                        sandbox,
                        new CommandCheck(sandbox, shell.allowed()),
                        new ShellLimits(shell.cpuSeconds(), shell.memoryBytes(), shell.processes()),
                        isolation,
                        started),
                new WebFetch(
                        destinations,
                        () -> (SSLSocketFactory) SSLSocketFactory.getDefault(),
                        config.web().maxBytes(),
                        config.web().maxRedirects()),
                new MemorySearch(memory),
                new MemoryStore(memory)));
        tools.addAll(desktop.list());
        return tools;
    }

    @Override
    public List<Route<?>> routes() {
        return routes;
    }

    @Override
    public Map<String, @Nullable Object> detail() {
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("tools_available", toolbox.available());
        detail.put("isolation", isolation.detail());
        detail.put("executions_open", live.count());
        detail.put("tools_running", queue.running());
        detail.put("tools_waiting", queue.waiting());
        return detail;
    }

    /** What was running when the process died; its outcome is unknown now. */
    @Override
    public List<RestorePhase> restored() {
        return List.of(new RestorePhase("executions", 1, lost));
    }

    @Override
    public List<TextPlace> texts() {
        return ExecutionTables.TEXTS;
    }

    @Override
    public void start() {
        relay = OutboxRelay.start(
                parts.journal(),
                new OutcomeReports(parts.peers().of(ServiceName.EVA_OS), parts.clock(), parts.ids()),
                parts.clock());
        ResultRetention retention = new ResultRetention(parts.journal(), store, parts.clock());
        StopWatch stops = new StopWatch(live, parts.peers().of(ServiceName.EVA_OS), parts.clock(), parts.ids());
        parts.timers().every("kill switches", STOPS_EVERY, stops::look);
        parts.timers().every("network allowlist", ALLOWLIST_EVERY, allowlist::look);
        parts.timers().every("results", RETENTION_EVERY, retention::run);
    }

    @Override
    public void close() {
        live.cancelAll();
        desktop.close();
        if (relay != null) {
            relay.close();
        }
    }
}

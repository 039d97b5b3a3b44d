package io.sonia.cli;

import io.sonia.kernel.SoniaException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** All commands under one roof: their help, their errors and their exit codes. */
final class Commands {

    private static final int STDIN = 0;
    private static final String COMPLETION = "completion";

    private Commands() {}

    /** Runs the command line and returns the exit code; whatever goes wrong is told in one line. */
    static int run(Workplace place, String... args) {
        Map<String, Supplier<CommandLine>> all = all(place);
        boolean known = args.length > 0 && all.containsKey(args[0]) && !args[0].equals(COMPLETION);
        // Each command that is looked at costs time, so only the one that is meant is.
        CommandLine root = root(place, known ? Map.of(args[0], all.get(args[0])) : all);
        return root.execute(args.length == 0 ? new String[] {"--help"} : args);
    }

    /** The whole command line. */
    static CommandLine root(Workplace place) {
        return root(place, all(place));
    }

    private static CommandLine root(Workplace place, Map<String, Supplier<CommandLine>> commands) {
        CommandLine root = new CommandLine(new Sonia());
        commands.forEach((name, command) -> root.addSubcommand(name, command.get()));
        describe(root, place);
        return root;
    }

    private static Map<String, Supplier<CommandLine>> all(Workplace place) {
        Map<String, Supplier<CommandLine>> all = new LinkedHashMap<>();
        all.put("up", () -> new CommandLine(new Up(place)));
        all.put("down", () -> new CommandLine(new Down(place)));
        all.put("status", () -> new CommandLine(new Status(place)));
        all.put("top", () -> new CommandLine(new Top(place)));
        all.put("events", () -> new CommandLine(new EventsCommand(place)));
        all.put("logs", () -> new CommandLine(new Logs(place)));
        all.put("chat", () -> new CommandLine(new Chat(place, System.in, interactive(place))));
        all.put(
                "approvals",
                () -> new CommandLine(new Approvals())
                        .addSubcommand("list", new ApprovalsList(place))
                        .addSubcommand("approve", new ApprovalsApprove(place))
                        .addSubcommand("deny", new ApprovalsDeny(place)));
        all.put(
                "alerts",
                () -> new CommandLine(new AlertsCommand())
                        .addSubcommand("list", new AlertsList(place))
                        .addSubcommand("ack", new AlertsAcknowledge(place))
                        .addSubcommand("test", new AlertsTry(place)));
        all.put(
                "dead-letters",
                () -> new CommandLine(new DeadLettersCommand())
                        .addSubcommand("list", new DeadLettersList(place))
                        .addSubcommand("show", new DeadLettersShow(place))
                        .addSubcommand("replay", new DeadLettersReplay(place))
                        .addSubcommand("discard", new DeadLettersDiscard(place))
                        .addSubcommand("restore", new DeadLettersRestore(place)));
        all.put("audit", () -> audit(place));
        all.put("db", () -> new CommandLine(new DbCommand()).addSubcommand("check", new DbCheck(place)));
        all.put("memory", () -> memory(place));
        all.put(
                "backup",
                () -> new CommandLine(new BackupCommand())
                        .addSubcommand("create", new BackupCreateCommand(place))
                        .addSubcommand("list", new BackupListCommand(place))
                        .addSubcommand("verify", new BackupVerify(place))
                        .addSubcommand("drill", new BackupDrill(place))
                        .addSubcommand("restore", new BackupRestore(place)));
        all.put(
                "token",
                () -> new CommandLine(new Token())
                        .addSubcommand("create", new TokenCreate(place))
                        .addSubcommand("list", new TokenList(place))
                        .addSubcommand("rotate", new TokenRotate(place))
                        .addSubcommand("revoke", new TokenRevoke(place)));
        all.put("policy", () -> policy(place));
        all.put("stop-all", () -> new CommandLine(new StopAll(place)));
        all.put("resume", () -> new CommandLine(new Resume(place)));
        all.put(
                "maintenance",
                () -> new CommandLine(new MaintenanceCommand(place)).setCaseInsensitiveEnumValuesAllowed(true));
        all.put("replay", () -> new CommandLine(new Replay(place)));
        all.put(
                "incident",
                () -> new CommandLine(new Incident())
                        .addSubcommand("export", new IncidentExport(place))
                        .addSubcommand("verify", new IncidentVerify(place)));
        all.put("console", () -> new CommandLine(new ConsoleCommand(place)));
        all.put("preflight", () -> new CommandLine(new PreflightCommand(place)));
        all.put("doctor", () -> new CommandLine(new Doctor(place)));
        all.put("version", () -> new CommandLine(new VersionCommand(place)));
        all.put(COMPLETION, () -> new CommandLine(new Completion(place)));
        return all;
    }

    private static CommandLine audit(Workplace place) {
        return new CommandLine(new Audit())
                .addSubcommand("list", new AuditList(place))
                .addSubcommand("trace", new AuditTrace(place))
                .addSubcommand("verify", new AuditVerify(place))
                .addSubcommand("export", new AuditExport(place))
                .addSubcommand("prove", new AuditProve(place))
                .addSubcommand("prune", new AuditPrune(place))
                .addSubcommand("keys", new AuditKeys(place))
                .addSubcommand("accept", new AuditAccept(place));
    }

    private static CommandLine policy(Workplace place) {
        return new CommandLine(new PolicyCommand())
                .addSubcommand("check", new PolicyCheck(place))
                .addSubcommand("explain", new PolicyExplain(place))
                .addSubcommand("test", new PolicyTry(place))
                .addSubcommand("diff", new PolicyCompare(place))
                .addSubcommand("propose", new PolicyPropose(place));
    }

    private static CommandLine memory(Workplace place) {
        return new CommandLine(new Memory())
                .addSubcommand("search", new MemorySearch(place))
                .addSubcommand("show", new MemoryShow(place))
                .addSubcommand("history", new MemoryHistory(place))
                .addSubcommand("turns", new MemoryTurns(place))
                .addSubcommand("forget", new MemoryForget(place))
                .addSubcommand("erase-user", new MemoryEraseUser(place))
                .addSubcommand(
                        "snapshot",
                        new CommandLine(new MemorySnapshot())
                                .addSubcommand("create", new MemorySnapshotCreate(place))
                                .addSubcommand("list", new MemorySnapshotList(place))
                                .addSubcommand("restore", new MemorySnapshotRestore(place)))
                .addSubcommand("ingest", new MemoryIngest(place))
                .addSubcommand("documents", new MemoryDocuments(place))
                .addSubcommand("remove", new MemoryRemove(place))
                .addSubcommand("export", new MemoryExport(place))
                .addSubcommand("import", new MemoryImport(place))
                .addSubcommand("reindex", new MemoryReindex(place))
                .addSubcommand("quality", new MemoryQuality(place))
                .addSubcommand("stats", new MemoryStats(place));
    }

    private static boolean interactive(Workplace place) {
        return place.screen().terminal() && Screen.isTerminal(STDIN);
    }

    private static void describe(CommandLine root, Workplace place) {
        addHelp(root.getCommandSpec());
        Map<String, String> codes = new LinkedHashMap<>(ExitCode.meanings());
        root.getCommandSpec()
                .usageMessage()
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(codes);
        root.setOut(new PrintWriter(place.screen().out(), true, StandardCharsets.UTF_8));
        root.setErr(new PrintWriter(place.screen().err(), true, StandardCharsets.UTF_8));
        root.setColorScheme(CommandLine.Help.defaultColorScheme(
                place.screen().colours() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
        root.setUsageHelpAutoWidth(true);
        root.setCaseInsensitiveEnumValuesAllowed(true);
        root.setParameterExceptionHandler((wrong, args) -> misused(wrong, place));
        root.setExecutionExceptionHandler((failed, command, parsed) -> failed(failed, place));
    }

    private static void addHelp(CommandSpec spec) {
        spec.addOption(OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("show this help and exit")
                .build());
        spec.usageMessage().optionListHeading("%nOptions:%n").commandListHeading("%nCommands:%n");
        spec.subcommands().values().forEach(each -> addHelp(each.getCommandSpec()));
    }

    private static int misused(ParameterException wrong, Workplace place) {
        String what =
                String.valueOf(wrong.getMessage()).lines().findFirst().orElse("the command line is not understood");
        String name = wrong.getCommandLine().getCommandSpec().qualifiedName();
        place.screen().error(SafeText.line(what) + " - the command line is not understood - see ./" + name + " --help");
        UnmatchedArgumentException.printSuggestions(
                wrong, wrong.getCommandLine().getErr());
        return ExitCode.USAGE.code();
    }

    /** The end of a command that failed: never a stack trace. */
    static int failed(Throwable thrown, Workplace place) {
        Failure failure = switch (thrown) {
            case Failure told -> told;
            case SoniaException refused -> ErrorLine.of(refused, place);
            case IOException e ->
                Failure.of(ExitCode.NEGATIVE, "a file could not be used", Reason.of(e), "see ./sonia doctor");
            default ->
                Failure.of(
                        ExitCode.NEGATIVE,
                        "the command failed",
                        thrown.toString(),
                        "this is a defect of the sonia command: please report it");
        };
        place.screen().error(failure.line());
        failure.more().forEach(place.screen().err()::println);
        return failure.exitCode();
    }
}

package io.sonia.platform;

import io.sonia.console.ConsoleModule;
import io.sonia.contracts.ServiceDefinition;
import io.sonia.evaos.EvaOsModule;
import io.sonia.gateway.GatewayModule;
import io.sonia.journal.JournalConfig;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import io.sonia.kernel.logging.LoggingConfig;
import io.sonia.kernel.logging.Logs;
import io.sonia.kernel.settings.AuditConfig;
import io.sonia.kernel.settings.AuthConfig;
import io.sonia.kernel.settings.BreakersConfig;
import io.sonia.kernel.settings.HttpConfig;
import io.sonia.kernel.settings.IdempotencyConfig;
import io.sonia.kernel.settings.RateLimitConfig;
import io.sonia.kernel.settings.RedisConfig;
import io.sonia.kernel.settings.Section;
import io.sonia.kernel.settings.ServicesConfig;
import io.sonia.kernel.settings.Settings;
import io.sonia.memory.MemoryModule;
import io.sonia.openclaw.OpenClawModule;
import io.sonia.pipecat.PipecatModule;
import io.sonia.router.RouterModule;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Runs services in this process: {@code Main all} or {@code Main <service>...}. {@code --supervise} has EVA-OS run the
 * other services as processes of their own; {@code --child} ends this process when its standard input ends, that is,
 * when its parent has died; {@code --instance=2} is a second process of the same services on this machine and on their
 * database, which listens on the first of {@code more_ports}. {@code Main check} only reads the configuration and says what is wrong with it.
 *
 * <p>Exit codes: 0 after a clean stop, 70 internal, 74 storage, 75 port taken, 77 key material, 78 configuration.
 */
public final class Main {

    static final List<ServiceDefinition> SERVICES = List.of(
            EvaOsModule.DEFINITION,
            MemoryModule.DEFINITION,
            RouterModule.DEFINITION,
            OpenClawModule.DEFINITION,
            GatewayModule.DEFINITION,
            PipecatModule.DEFINITION,
            ConsoleModule.DEFINITION);

    /** Without this variable nobody gets around authentication by a line in a file. */
    private static final String DEV_MODE = "SONIA_DEV_MODE";

    private static final List<Section<?>> KERNEL_SECTIONS = List.of(
            ServicesConfig.SECTION,
            HttpConfig.SECTION,
            AuthConfig.SECTION,
            AuditConfig.SECTION,
            RateLimitConfig.SECTION,
            IdempotencyConfig.SECTION,
            RedisConfig.SECTION,
            JournalConfig.SECTION,
            LoggingConfig.SECTION,
            BreakersConfig.SECTION);

    private static final String CHECK = "check";
    private static final String INSTANCE = "--instance=";
    private static final int INTERNAL = 70;

    private Main() {}

    public static void main(String[] args) {
        List<String> words = List.of(args);
        if (words.contains("--child")) {
            // Before the start, which may wait for another process for long.
            Threads.platform("parent watch", Main::exitWithParent);
        }
        Stack stack;
        try {
            if (words.equals(List.of(CHECK))) {
                settings(home(System.getenv()), System.getenv());
                return;
            }
            stack = start(words, System.getenv());
        } catch (SoniaException e) {
            System.err.println("sonia: " + describe(e));
            System.exit(exitCode(e.code()));
            return;
        }
        Threads.atShutdown("shutdown", stack::close);
        stack.awaitEnd();
    }

    private static Stack start(List<String> words, Map<String, String> environment) {
        Home home = home(environment);
        Clock clock = Clock.system();
        Settings settings = settings(home, environment);
        List<ServiceDefinition> chosen = words.contains("--supervise")
                ? List.of(EvaOsModule.supervising(Children.plans(home, settings, environment)))
                : chosen(words);
        int instance = instance(words, chosen, settings);
        return Stack.start(
                chosen,
                new HostProcess(
                        home, settings, instance, clock, new Ids(new SecureRandom()), new Logs(clock), Stack::halt));
    }

    /** A further process needs a database that several may open, and a port of its own for each of its services. */
    private static int instance(List<String> words, List<ServiceDefinition> services, Settings settings) {
        String number = words.stream()
                .filter(word -> word.startsWith(INSTANCE))
                .findFirst()
                .map(word -> word.substring(INSTANCE.length()))
                .orElse("1");
        if (number.equals("1")) {
            return 1;
        }
        for (ServiceDefinition service : services) {
            int most = settings.section(JournalConfig.SECTION).url() == null
                    ? 1
                    : settings.section(ServicesConfig.SECTION)
                            .of(service.name())
                            .ports()
                            .size();
            if (!number.matches("[2-8]") || Integer.parseInt(number) > most) {
                throw SoniaException.of(
                        ErrorCode.CONFIG_INVALID,
                        "There is no instance " + number + " of " + service.name() + ": it has " + most
                                + ", one for each of its ports, and more than one only with journal.url");
            }
        }
        return Integer.parseInt(number);
    }

    private static Home home(Map<String, String> environment) {
        return new Home(Path.of(environment.getOrDefault("SONIA_HOME", "run")));
    }

    private static Settings settings(Home home, Map<String, String> environment) {
        Settings settings = Settings.load(home.configFile(), environment, sections(), Clock.system());
        if (!settings.section(AuthConfig.SECTION).enabled() && !"1".equals(environment.get(DEV_MODE))) {
            throw SoniaException.of(ErrorCode.CONFIG_INVALID, "The configuration was refused")
                    .with(
                            "problems",
                            List.of("auth: enabled=false is for development only and needs SONIA_DEV_MODE=1"));
        }
        return settings;
    }

    /** All settings of all services: every process checks the whole file. */
    static List<Section<?>> sections() {
        List<Section<?>> sections = new ArrayList<>(KERNEL_SECTIONS);
        SERVICES.forEach(each -> sections.addAll(each.sections()));
        return sections;
    }

    private static List<ServiceDefinition> chosen(List<String> words) {
        List<String> names =
                words.stream().filter(each -> !each.startsWith("--")).toList();
        if (names.equals(List.of("all"))) {
            return SERVICES;
        }
        List<ServiceDefinition> chosen = SERVICES.stream()
                .filter(each -> names.contains(each.name().wireName()))
                .toList();
        if (names.isEmpty() || chosen.size() != names.size()) {
            throw SoniaException.of(
                    ErrorCode.CONFIG_INVALID,
                    "Expected all or some of " + List.of(ServiceName.values()) + ", met " + names);
        }
        return chosen;
    }

    /** The parent holds the other end of standard input; end of file means it is gone. */
    private static void exitWithParent() {
        try {
            while (System.in.read() >= 0) {
                // Nothing is ever said on this line.
            }
        } catch (IOException gone) {
            // The same as end of file.
        }
        System.exit(0);
    }

    static int exitCode(ErrorCode code) {
        return switch (code) {
            case CONFIG_INVALID -> 78;
            case AUTH_UNAVAILABLE -> 77;
            case CONFLICT -> 75;
            case STORAGE_UNAVAILABLE, STORAGE_FULL, AUDIT_CHAIN_BROKEN, AUDIT_UNAVAILABLE -> 74;
            default -> INTERNAL;
        };
    }

    /** One line for a person: what went wrong and every problem found. */
    private static String describe(SoniaException e) {
        StringBuilder line = new StringBuilder(e.text());
        if (e.details().get("problems") instanceof List<?> problems) {
            problems.forEach(each -> line.append("\n  ").append(each));
        } else if (!e.details().isEmpty()) {
            line.append(' ').append(e.details());
        }
        return line.toString();
    }
}

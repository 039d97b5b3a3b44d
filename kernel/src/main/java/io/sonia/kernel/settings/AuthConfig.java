package io.sonia.kernel.settings;

import io.sonia.kernel.ServiceName;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Range;

/**
 * Whether and how callers are authenticated.
 *
 * @param enabled false takes whoever can reach a service for the operator; needs {@code SONIA_DEV_MODE=1}
 * @param openDiagnostics true lets callers on this machine read without a key what every principal may read
 * @param serviceOverlapSeconds how long a service token stays valid beside its successor
 * @param verifierMaxAgeSeconds a verifier set older than this is not trusted
 */
public record AuthConfig(
        @Default("true") boolean enabled,
        @Default("false") boolean openDiagnostics,
        @Default("90") @Range(min = 1, max = 3650) int personKeyDays,
        @Default("24") @Range(min = 1, max = 8760) int serviceTokenHours,
        @Default("300") @Range(max = 86_400) int serviceOverlapSeconds,
        @Default("300") @Range(min = 5, max = 86_400) int verifierMaxAgeSeconds) {

    public static final Section<AuthConfig> SECTION = Section.fixed("auth", AuthConfig.class)
            .checkedBy((auth, all, problems) -> {
                for (ServiceName service : ServiceName.values()) {
                    boolean exposed = all.find(ServicesConfig.SECTION)
                            .filter(services -> !services.of(service).loopback())
                            .isPresent();
                    if (exposed && !auth.enabled()) {
                        problems.accept("enabled=false is refused while services." + service
                                + ".host is not a loopback address");
                    }
                    if (exposed && auth.openDiagnostics()) {
                        problems.accept("open_diagnostics=true is refused while services." + service
                                + ".host is not a loopback address");
                    }
                }
            });
}

package io.sonia.kernel.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ServiceName;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class AccessTest {

    private static final Caller OPERATOR = new Caller("operator", Role.OPERATOR, null, null);
    private static final Caller OBSERVER = new Caller("observer", Role.OBSERVER, null, null);
    private static final Caller GATEWAY = Caller.service(ServiceName.API_GATEWAY);
    private static final Caller VOICE = Caller.service(ServiceName.PIPECAT);
    private static final List<Caller> ALL = List.of(Caller.NOBODY, OBSERVER, OPERATOR, GATEWAY, VOICE);

    static Stream<Arguments> rows() {
        return Stream.of(
                Arguments.of(Access.OPEN, ALL),
                Arguments.of(Access.OBS, List.of(OBSERVER, OPERATOR, GATEWAY, VOICE)),
                Arguments.of(Access.OP, List.of(OPERATOR)),
                Arguments.of(Access.SVC, List.of(GATEWAY, VOICE)),
                Arguments.of(Access.OP_SVC, List.of(OPERATOR, GATEWAY, VOICE)),
                Arguments.of(Access.services(ServiceName.API_GATEWAY), List.of(GATEWAY)),
                Arguments.of(Access.operatorOr(ServiceName.PIPECAT), List.of(OPERATOR, VOICE)));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void onlyThoseNamedAreLetIn(Access access, List<Caller> permitted) {
        assertThat(ALL.stream().filter(access::permits)).containsExactlyElementsOf(permitted);
    }

    @Test
    void personThroughAServiceIsAPerson() {
        Caller forwarded = new Caller("operator", Role.OPERATOR, ServiceName.API_GATEWAY, null);
        Caller looking = new Caller("observer", Role.OBSERVER, ServiceName.API_GATEWAY, null);

        assertThat(Access.OP.permits(forwarded)).isTrue();
        assertThat(Access.SVC.permits(forwarded)).isFalse();
        assertThat(Access.services(ServiceName.API_GATEWAY).permits(looking)).isFalse();
    }

    @Test
    void workingForAPersonGrantsNothing() {
        Caller behalf = new Caller("api-gateway", Role.SERVICE, ServiceName.API_GATEWAY, "operator");

        assertThat(Access.OP.permits(behalf)).isFalse();
        assertThat(behalf.principal()).isEqualTo("operator");
        assertThat(OPERATOR.principal()).isEqualTo("operator");
        assertThat(behalf.person()).isFalse();
    }

    @Test
    void serviceWithoutANameIsNone() {
        assertThat(Access.SVC.permits(new Caller("x", Role.SERVICE, null, null)))
                .isFalse();
    }
}

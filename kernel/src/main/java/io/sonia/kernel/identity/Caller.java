package io.sonia.kernel.identity;

import io.sonia.kernel.ServiceName;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Who makes a request. With a person's key and a service token on one request the person is the actor and the service
 * is {@code via}.
 *
 * @param onBehalfOf the actor a service works for; recorded, grants nothing
 */
public record Caller(
        String actorId,
        Role role,
        @Nullable ServiceName via,
        @Nullable String onBehalfOf) {

    public static final Caller NOBODY = new Caller("anonymous", Role.NOBODY, null, null);

    /** A service acting by itself, such as a timer or the boot sweep. */
    public static Caller service(ServiceName service) {
        return new Caller(service.wireName(), Role.SERVICE, service, null);
    }

    public boolean person() {
        return role == Role.OPERATOR || role == Role.OBSERVER;
    }

    /** True if contents are not for the caller: an observer, or somebody who was let in without a key. */
    public boolean onlyLooks() {
        return role == Role.OBSERVER || role == Role.NOBODY;
    }

    /** True if this is {@code service} acting by itself. */
    public boolean is(ServiceName service) {
        return role == Role.SERVICE && via == service;
    }

    /** The actor the work is for: the person a service names, else the actor itself. */
    public String principal() {
        return role == Role.SERVICE && onBehalfOf != null ? onBehalfOf : actorId;
    }

    public String roleName() {
        return role.name().toLowerCase(Locale.ROOT);
    }

    public String kind() {
        return person() ? "person" : roleName();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The parsed address of a queue: {@code scheme://authority/path?name=value&name=value}.
 *
 * <p>An address holds no secret, but may name a file that holds one, because addresses get into logs and into the
 * command lines of other programs. An address with a user or a password is refused. {@link #toString} leaves out what
 * follows the question mark.
 *
 * <p>Thread-safe and process-safe: immutable. Survives a crash: not applicable.
 */
public final class QueueAddress {

    private final URI uri;
    private final String scheme;
    private final Map<String, String> parameters;

    private QueueAddress(URI uri, String scheme, Map<String, String> parameters) {
        this.uri = uri;
        this.scheme = scheme;
        this.parameters = parameters;
    }

    /**
     * Parses an address.
     *
     * @throws IllegalArgumentException if it has no scheme or no path, has a fragment, names a user, or has a parameter
     *     twice or without a value
     */
    public static QueueAddress of(URI uri) {
        String scheme = uri.getScheme();
        if (scheme == null) {
            throw new IllegalArgumentException(
                    "the address has no scheme: path=" + uri.getRawPath() + "; write file:, ipcq: or kafka: before it");
        }
        scheme = scheme.toLowerCase(Locale.ROOT);
        if (uri.getRawPath() == null) {
            throw new IllegalArgumentException(
                    "the path of the address is relative: scheme=" + scheme + "; write an absolute one, file:/a/b");
        }
        if (uri.getRawAuthority() != null && uri.getRawAuthority().contains("@")) {
            throw new IllegalArgumentException("the address names a user: scheme=" + scheme
                    + "; addresses get into logs, so put the secret into a file, and name that in the address");
        }
        if (uri.getRawFragment() != null) {
            throw new IllegalArgumentException("an address ends before a #: scheme=" + scheme + "; write %23 for it");
        }
        return new QueueAddress(uri, scheme, parameters(uri, scheme));
    }

    private static Map<String, String> parameters(URI uri, String scheme) {
        Map<String, String> parameters = new LinkedHashMap<>();
        String query = uri.getRawQuery();
        for (String each : query == null ? new String[0] : query.split("&")) {
            int equals = each.indexOf('=');
            String name = equals < 0 ? "" : decoded(each.substring(0, equals));
            String value = equals < 0 ? "" : decoded(each.substring(equals + 1));
            if (name.isEmpty() || value.isEmpty() || parameters.put(name, value) != null) {
                throw new IllegalArgumentException("each parameter of an address has a name and a value, once: scheme="
                        + scheme + ", parameter=" + name + "; write ?name=value&name=value");
            }
        }
        return parameters;
    }

    /** As the rest of an address is: a plus is a plus. */
    private static String decoded(String raw) {
        return Objects.requireNonNullElse(URI.create("?" + raw).getQuery(), "");
    }

    /** The scheme, in lower case: what comes before the first colon. */
    public String scheme() {
        return scheme;
    }

    /** Hosts and ports; empty for an address of this machine. */
    public Optional<String> authority() {
        return Optional.ofNullable(uri.getAuthority());
    }

    /** The path, which begins with a slash, or is empty. */
    public String path() {
        return uri.getPath();
    }

    /** The name of a queue: the path without its slash. */
    public String name() {
        String path = path();
        if (path.length() < 2 || path.indexOf('/', 1) >= 0) {
            throw new IllegalArgumentException(
                    "the address names no queue: address=" + this + "; write " + scheme + "://host:port/name");
        }
        return path.substring(1);
    }

    /** The value of a parameter. */
    public Optional<String> parameter(String name) {
        return Optional.ofNullable(parameters.get(name));
    }

    /**
     * Refuses parameters that its provider does not know.
     *
     * @throws IllegalArgumentException if there are such parameters; the message has their names, but not their values
     */
    public void requireParametersOf(Set<String> known) {
        Set<String> unknown = new TreeSet<>(parameters.keySet());
        unknown.removeAll(known);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("the address has unknown parameters: address=" + this + ", unknown="
                    + unknown + ", known=" + new TreeSet<>(known));
        }
    }

    /** The address as it was written. */
    public URI uri() {
        return uri;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof QueueAddress address && uri.equals(address.uri);
    }

    @Override
    public int hashCode() {
        return uri.hashCode();
    }

    /** The address without its parameters. */
    @Override
    public String toString() {
        return scheme + ":" + (uri.getRawAuthority() == null ? "" : "//" + uri.getRawAuthority()) + uri.getRawPath();
    }
}

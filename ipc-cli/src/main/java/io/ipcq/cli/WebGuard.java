// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/**
 * Who may ask: the one place that knows, before anything else is done with a request.
 *
 * <p>Thread-safe.
 */
final class WebGuard {

    /*
     * Idea
     *   Other users of the machine can connect, and so can any page that the user's browser shows, by its script or
     *   under a name that its owner has made lead here. So, in this order:
     *     Host             is one of this machine's own names, with our port: no name of others leads here
     *     Sec-Fetch-Site   browsers say whether a request comes from our own page, or from nowhere, as when somebody
     *                      types it
     *     Origin           the same, of browsers that say it
     *     Authorization    has the secret, which only who started this has read. It is no cookie: browsers send those
     *                      to every port of a machine, and with requests of other pages
     *     POST             is JSON, which no form of another page can send
     *   Who is refused learns nothing but that.
     *
     *   Nothing that the page shows can become a part of the page: it has no script but its own file's, and loads
     *   nothing from elsewhere.
     *
     * References
     *   RFC 6265, 8.5 (cookies and ports); W3C Fetch Metadata; W3C Content Security Policy 3.
     */

    static final int OK = 200;
    static final int BAD_REQUEST = 400;
    static final int FORBIDDEN = 403;
    static final int NOT_FOUND = 404;
    static final int WRONG_METHOD = 405;
    static final int TOO_LARGE = 413;
    static final int WRONG_TYPE = 415;
    static final int FAILED = 500;
    static final int BUSY = 503;

    private static final int TOKEN_BYTES = 16;
    private static final String BEARER = "Bearer ";
    private static final Set<String> NEAR = Set.of("same-origin", "none");

    private static final List<List<String>> PROTECTION = List.of(
            List.of(
                    "Content-Security-Policy",
                    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self';"
                            + " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
                            + " require-trusted-types-for 'script'; trusted-types 'none'"),
            List.of("X-Content-Type-Options", "nosniff"),
            List.of("Referrer-Policy", "no-referrer"),
            List.of("Cross-Origin-Resource-Policy", "same-origin"),
            List.of("Cross-Origin-Opener-Policy", "same-origin"),
            List.of("Cache-Control", "no-store"));

    private final Set<String> hosts;
    private final String token;

    WebGuard(int port) {
        this.hosts = Set.of("127.0.0.1:" + port, "localhost:" + port);
        byte[] random = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(random);
        this.token = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    String token() {
        return token;
    }

    /** What every answer has, whatever it says. */
    static void protect(Headers headers) {
        PROTECTION.forEach(header -> headers.set(header.get(0), header.get(1)));
    }

    /**
     * Why a request is refused, as a status of HTTP; 0 if it is not.
     *
     * @param secret whether it needs the secret
     */
    int refusal(HttpExchange exchange, boolean secret) {
        Headers headers = exchange.getRequestHeaders();
        String host = only(headers, "Host");
        if (!hosts.contains(host) || !isNear(headers, host) || (secret && !hasToken(headers))) {
            return FORBIDDEN;
        }
        return switch (exchange.getRequestMethod()) {
            case "GET" -> 0;
            case "POST" -> !secret ? WRONG_METHOD : isJson(headers) ? 0 : WRONG_TYPE;
            default -> WRONG_METHOD;
        };
    }

    /** The value of a header that must not come twice; empty if it does, or is missing. */
    private static String only(Headers headers, String name) {
        List<String> values = headers.getOrDefault(name, List.of());
        return values.size() == 1 ? values.get(0) : "";
    }

    private static boolean isNear(Headers headers, String host) {
        boolean fromNear = !headers.containsKey("Sec-Fetch-Site") || NEAR.contains(only(headers, "Sec-Fetch-Site"));
        boolean fromHere =
                !headers.containsKey("Origin") || only(headers, "Origin").equals("http://" + host);
        return fromNear && fromHere;
    }

    /** Compared in constant time. */
    private boolean hasToken(Headers headers) {
        return MessageDigest.isEqual(only(headers, "Authorization").getBytes(UTF_8), (BEARER + token).getBytes(UTF_8));
    }

    private static boolean isJson(Headers headers) {
        return only(headers, "Content-Type").equals("application/json");
    }
}

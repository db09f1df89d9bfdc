// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The file or directory behind a URL from which a class loader loads classes. */
final class CodeLocation {
    /*
     * The URLs:
     *   file:/lib/a.jar, file:/classes/                        as they are
     *   jar:file:/lib/a.jar!/                                  the same jar
     *   jar:nested:/app.jar/!BOOT-INF/lib/a.jar!/              in another one: Spring Boot from 3.2 on
     *   jar:file:/app.jar!/BOOT-INF/lib/a.jar!/                the same, of others and before
     *   jar:file:/app.jar!/BOOT-INF/classes!/                  a folder in a jar; also without the last "!"
     * The path of the outer jar is URL-encoded. The names inside it are not.
     */

    private static final Pattern NESTED = Pattern.compile("jar:nested:(?<outer>.+?)/!(?<inner>.+?)!/.*");
    private static final Pattern IN_JAR = Pattern.compile("jar:file:(?<outer>[^!]+)!/(?<inner>.*)");

    private CodeLocation() {}

    /**
     * The file of an entry of a loader's class path; null if it is in no file of this machine. An archive in another
     * archive is unpacked.
     */
    static @Nullable Path of(URL entry) throws IOException {
        return of(entry.toString());
    }

    static @Nullable Path of(String text) throws IOException {
        if (text.startsWith("file:")) {
            return path(text);
        }
        Matcher nested = NESTED.matcher(text);
        if (nested.matches()) {
            return UnpackedProgram.of(path("file:" + nested.group("outer"))).resolve(nested.group("inner"));
        }
        Matcher inJar = IN_JAR.matcher(text);
        if (!inJar.matches()) {
            return null;
        }
        Path jar = path("file:" + inJar.group("outer"));
        String inner = inJar.group("inner").replaceFirst("!?/?$", "");
        return inner.isEmpty() ? jar : UnpackedProgram.of(jar).resolve(inner);
    }

    /** The jar that contains a resource; null if no jar contains it. */
    static @Nullable Path ofJarOf(URL resource) throws IOException {
        String text = resource.toString();
        int end = text.lastIndexOf("!/");
        return text.startsWith("jar:") && end > 0 ? of(text.substring(0, end + 2)) : null;
    }

    private static Path path(String address) throws IOException {
        try {
            return Path.of(URI.create(address));
        } catch (IllegalArgumentException unusual) {
            throw new IOException("an address of classes names no file: address=" + address, unusual);
        }
    }
}

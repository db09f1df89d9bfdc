// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.IpcException;
import java.io.File;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The class path of a child: where this JVM loads the task's class from, with absolute paths. */
final class ChildClassPath {

    private ChildClassPath() {}

    static List<Path> of(ChildProcess child, ChildProcessOptions options) {
        List<Path> entries = new ArrayList<>();
        for (Path entry : options.classPath().isEmpty() ? inherited(child.codeLoader()) : options.classPath()) {
            entries.add(entry.toAbsolutePath());
        }
        return entries;
    }

    /** Build tools run programs in class loaders of their own; those that load from files can be copied. */
    static Iterable<Path> inherited(ClassLoader loader) {
        Set<Path> entries = new LinkedHashSet<>();
        for (ClassLoader next = loader; next instanceof URLClassLoader urls; next = next.getParent()) {
            for (URL url : urls.getURLs()) {
                entries.add(path(url));
            }
        }
        String classPath = System.getProperty("java.class.path", "");
        if (!classPath.isEmpty()) { // empty where the program is on the module path
            for (String entry : classPath.split(File.pathSeparator, -1)) {
                entries.add(Path.of(entry));
            }
        }
        return entries;
    }

    /** The same entries, with those that are archived first: an archive holds for class paths that begin with its own. */
    static List<Path> startingWith(List<Path> first, List<Path> entries) {
        Set<Path> ordered = new LinkedHashSet<>(first);
        ordered.addAll(entries);
        return List.copyOf(ordered);
    }

    private static Path path(URL url) {
        try {
            URI uri = url.toURI();
            if ("file".equals(uri.getScheme())) {
                return Path.of(uri);
            }
        } catch (URISyntaxException noFile) {
            // as any other address that is none of a file
        }
        throw new IpcException("A child process cannot load classes from where this program does: source=" + url
                + ". An archive inside an archive is not a class path for java: unpack the program, or give"
                + " builder(...).classPath(List.of(...)) with the jars of the program and of ipcq.");
    }

    static String join(Iterable<Path> entries) {
        StringBuilder joined = new StringBuilder();
        for (Path entry : entries) {
            joined.append(joined.length() == 0 ? "" : File.pathSeparator).append(entry);
        }
        return joined.toString();
    }

    /** The same as a file of arguments for the {@code java} command, which reads backslashes and blanks in its own way. */
    static List<String> argumentLines(String classPath) {
        return List.of("-cp", '"' + classPath.replace("\\", "\\\\").replace("\"", "\\\"") + '"');
    }
}

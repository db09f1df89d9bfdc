// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.IpcException;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The class path of a child: the files that this JVM loads the task's class from, as absolute paths. */
final class ChildClassPath {

    /** The class path of this JVM as it was last read, so that not each start parses it again. */
    private static volatile Taken taken = new Taken("", List.of());

    /** The same class path as text, and as absolute paths. */
    private record Taken(String text, List<Path> entries) {}

    private ChildClassPath() {}

    static List<Path> of(Task task, ChildProcessOptions options) throws IOException {
        if (!options.classPath().isEmpty()) {
            return absolute(options.classPath());
        }
        Class<?> code = task.code();
        Class<?> program = options.program().orElse(code);
        List<Path> entries = inherited(loaderOf(program));
        if (MemoryClasses.areInFiles(code) && MemoryClasses.areInFiles(program)) {
            return entries;
        }
        MemoryClasses.requireBytes(code);
        Path inMemory = MemoryClasses.archive(program, task.classes(), task.daemon());
        return inMemory == null
                ? entries
                : Stream.concat(entries.stream(), Stream.of(inMemory)).toList();
    }

    static ClassLoader loaderOf(Class<?> type) {
        ClassLoader loader = type.getClassLoader();
        return loader == null ? ClassLoader.getSystemClassLoader() : loader;
    }

    /**
     * The class path that a child inherits. Build tools and archives of archives run programs in class loaders of their
     * own. If such a loader loads from files, its class path can be copied.
     */
    static List<Path> inherited(ClassLoader loader) throws IOException {
        if (!(loader instanceof URLClassLoader)) {
            return ofThisJvm();
        }
        Set<Path> entries = new LinkedHashSet<>();
        for (ClassLoader next = loader; next instanceof URLClassLoader urls; next = next.getParent()) {
            for (URL url : urls.getURLs()) {
                entries.add(path(url));
            }
        }
        entries.addAll(ofThisJvm());
        return absolute(entries);
    }

    private static List<Path> ofThisJvm() {
        String text = System.getProperty("java.class.path", "");
        Taken last = taken;
        if (!last.text.equals(text)) {
            last = new Taken(text, split(text));
            taken = last;
        }
        return last.entries;
    }

    private static List<Path> split(String text) {
        if (text.isEmpty()) {
            return List.of(); // the program is on the module path
        }
        Set<Path> entries = new LinkedHashSet<>();
        for (String entry : text.split(File.pathSeparator, -1)) {
            entries.add(Path.of(entry));
        }
        return absolute(entries);
    }

    private static List<Path> absolute(Collection<Path> entries) {
        return entries.stream().map(Path::toAbsolutePath).toList();
    }

    /**
     * The same entries, with the archived ones first. An archive is valid only for class paths that begin with its own.
     */
    static List<Path> startingWith(List<Path> first, List<Path> entries) {
        Set<Path> ordered = new LinkedHashSet<>(first);
        ordered.addAll(entries);
        return List.copyOf(ordered);
    }

    private static Path path(URL url) throws IOException {
        Path path = CodeLocation.of(url);
        if (path == null) {
            throw new IpcException("a child process cannot load classes from where this program does: source=" + url
                    + ". Give builder(...).classPath(List.of(...)) with the jars of the program and of ipcq.");
        }
        return path;
    }

    static String join(Iterable<Path> entries) {
        StringBuilder joined = new StringBuilder();
        for (Path entry : entries) {
            joined.append(joined.length() == 0 ? "" : File.pathSeparator).append(entry);
        }
        return joined.toString();
    }
}

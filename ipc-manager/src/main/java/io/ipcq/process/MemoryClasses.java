// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.IpcException;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Writes classes of the program that are in no file, as with {@code java Program.java} and in jshell, into an archive
 * for children.
 *
 * <p>Thread-safe. Process-safe: an archive is written before any child knows its name. The archive is in the run
 * directory, and is removed with it.
 */
final class MemoryClasses {
    /*
     * Idea. Such a class loader offers the bytes of its classes as resources, with URLs of its own. It does not list
     * them, but one class leads to the others, because its constant pool names all classes that it needs. The child
     * itself finds classes in files and in the JDK.
     *
     * References
     *   The Java Virtual Machine Specification, 4.4: the constant pool.
     */

    static final String SUFFIX = ".classes";

    private static final Set<String> FILES = Set.of("file", "jar", "jrt");

    private static final int MAX_CLASSES = 20_000;

    /** The name of a class in a descriptor or a signature. */
    private static final Pattern NAMED = Pattern.compile("L([^;<>:.()\\[]+)[;<]");

    /** The archives made for each loader, by the names of the requested classes. */
    private static final Map<ClassLoader, Map<Set<String>, Path>> GIVEN = new WeakHashMap<>();

    private MemoryClasses() {}

    /**
     * An archive of a class of the program and of others in its class loader, with all classes that they need. It holds
     * only the classes that are in no file. Null if the program is in files.
     */
    static @Nullable Path archive(Class<?> program, Set<Class<?>> others, boolean daemon) throws IOException {
        ClassLoader loader = program.getClassLoader();
        if (isOfFiles(loader)) {
            return null;
        }
        Set<String> names = new LinkedHashSet<>(Set.of(nameOf(program)));
        others.stream().map(MemoryClasses::nameOf).forEach(names::add);
        names.removeIf(name -> bytesOf(name, loader) == null);
        return names.isEmpty() ? null : archive(loader, names, daemon);
    }

    private static synchronized Path archive(ClassLoader loader, Set<String> names, boolean daemon) throws IOException {
        Map<Set<String>, Path> given = GIVEN.computeIfAbsent(loader, any -> new HashMap<>());
        Path there = daemon ? given.get(names) : null;
        if (there != null && Files.exists(there, LinkOption.NOFOLLOW_LINKS)) {
            return there;
        }
        Path made = write(closure(loader, names), TaskPaths.next(daemon ? SUFFIX : RunDirectory.DETACHED));
        if (daemon) {
            given.put(names, made);
        }
        return made;
    }

    @SuppressWarnings("ReferenceEquality") // a loader equals itself only
    private static boolean isOfFiles(@Nullable ClassLoader loader) {
        return loader == null
                || loader == ClassLoader.getSystemClassLoader()
                || loader == ClassLoader.getPlatformClassLoader();
    }

    /**
     * Whether the class and all classes that it needs certainly are in files, because they come from the JDK or from
     * the class path.
     */
    static boolean areInFiles(Class<?> type) {
        return isOfFiles(type.getClassLoader());
    }

    /** @throws IpcException if a class is in memory only, and its loader does not give its bytes */
    static void requireBytes(Class<?> code) {
        ClassLoader loader = code.getClassLoader();
        String resource = resource(nameOf(code));
        if (!isOfFiles(loader)
                && loader.getResource(resource) == null
                && ClassLoader.getSystemResource(resource) == null) {
            throw new IpcException(
                    "a child process cannot have the class of its task, which exists in memory only: class="
                            + code.getName() + ", loader=" + loader.getClass().getName()
                            + ". Compile it to a file on the class path, or give builder(...).classPath(List.of(...)) with a"
                            + " copy of it.");
        }
    }

    private static String nameOf(Class<?> type) {
        Class<?> element = type;
        while (element.isArray()) {
            element = element.getComponentType();
        }
        return element.getName().replace('.', '/');
    }

    /** The URL of the bytes of a class in memory; null if its loader has no bytes of it, or has them in a file. */
    private static @Nullable URL bytesOf(String name, ClassLoader loader) {
        URL source = loader.getResource(resource(name));
        return source == null || FILES.contains(source.getProtocol()) ? null : source;
    }

    private static Map<String, byte[]> closure(ClassLoader loader, Set<String> roots) throws IOException {
        Map<String, byte[]> classes = new LinkedHashMap<>();
        Set<String> seen = new LinkedHashSet<>(roots);
        Deque<String> open = new ArrayDeque<>(roots);
        while (!open.isEmpty() && classes.size() < MAX_CLASSES) {
            String name = open.remove();
            URL source = bytesOf(name, loader);
            if (source != null) {
                byte[] bytes = read(source);
                classes.put(name, bytes);
                namesIn(bytes).stream().filter(seen::add).forEach(open::add);
            }
        }
        return classes;
    }

    private static byte[] read(URL source) throws IOException {
        try (InputStream in = source.openStream()) {
            return in.readAllBytes();
        }
    }

    /** The constants of a class that may be names of classes. */
    private static Set<String> namesIn(byte[] bytes) throws IOException {
        Set<String> names = new LinkedHashSet<>();
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        in.skipNBytes(8); // magic and version
        int count = in.readUnsignedShort();
        for (int i = 1; i < count; i++) {
            int tag = in.readUnsignedByte();
            switch (tag) {
                case 1 -> addNames(in.readUTF(), names);
                case 3, 4, 9, 10, 11, 12, 17, 18 -> in.skipNBytes(4);
                case 5, 6 -> {
                    in.skipNBytes(8);
                    i++; // takes two places
                }
                case 7, 8, 16, 19, 20 -> in.skipNBytes(2);
                case 15 -> in.skipNBytes(3);
                default -> throw new IOException("not a class: tag=" + tag);
            }
        }
        return names;
    }

    private static void addNames(String text, Set<String> names) {
        names.add(text);
        for (Matcher named = NAMED.matcher(text); named.find(); ) {
            names.add(named.group(1));
        }
    }

    private static String resource(String name) {
        return name + ".class";
    }

    private static Path write(Map<String, byte[]> classes, Path file) throws IOException {
        RunDirectory.createFile(file);
        try (OutputStream out = new BufferedOutputStream(new FileOutputStream(file.toFile()));
                JarOutputStream jar = new JarOutputStream(out)) {
            for (Map.Entry<String, byte[]> each : classes.entrySet()) {
                jar.putNextEntry(new JarEntry(resource(each.getKey())));
                jar.write(each.getValue());
            }
            return file;
        } catch (Throwable failed) {
            TaskPaths.deleteQuietly(file);
            throw failed;
        }
    }
}

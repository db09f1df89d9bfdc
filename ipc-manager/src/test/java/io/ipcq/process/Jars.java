// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.IpcException;
import java.io.File;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/** Jars of the classes under test, which Maven may not have packed yet. */
final class Jars {

    private Jars() {}

    /** What the tests run with, ipcq's own classes in jars and in front. */
    static String classPath(Path directory) throws Exception {
        List<String> entries = new ArrayList<>();
        entries.add(jar(directory, "io.ipcq.manager", ChildProcess.class, "io/ipcq/process"));
        entries.add(jar(directory, "io.ipcq.shared", IpcException.class, "io/ipcq"));
        entries.add(System.getProperty("java.class.path"));
        return String.join(File.pathSeparator, entries);
    }

    /** The jar that a class comes from, or one that is made here of the folder of its compiled package. */
    static String jar(Path directory, String module, Class<?> type, String folder) throws Exception {
        Path source = sourceOf(type);
        if (!Files.isDirectory(source)) {
            return source.toString();
        }
        Manifest manifest = manifest();
        manifest.getMainAttributes().put(new Attributes.Name("Automatic-Module-Name"), module);
        Path jar = directory.resolve(module + ".jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest)) {
            add(out, "", source, folder);
        }
        return jar.toString();
    }

    /** A jar that holds nothing but the names of others, as build tools make them against long command lines. */
    static Path manifestOnly(Path directory) throws Exception {
        StringBuilder entries = new StringBuilder();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            entries.append(Path.of(entry).toUri()).append(' ');
        }
        Manifest manifest = manifest();
        manifest.getMainAttributes()
                .put(Attributes.Name.CLASS_PATH, entries.toString().strip());
        Path jar = directory.resolve("booter.jar");
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();
        return jar;
    }

    /** A jar to be started with {@code java -jar}, whose manifest names all others, and has one attribute more. */
    static Path executable(Path directory, Class<?> main, String attribute, String value) throws Exception {
        Manifest manifest = new Manifest();
        try (JarFile booter = new JarFile(manifestOnly(directory).toFile())) {
            manifest.getMainAttributes().putAll(booter.getManifest().getMainAttributes());
        }
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, main.getName());
        manifest.getMainAttributes().put(new Attributes.Name(attribute), value);
        Path jar = directory.resolve("program.jar");
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();
        return jar;
    }

    /** A program in one jar, in a folder that only a loader of its own looks into. */
    static Path fat(Path directory, Class<?> launcher) throws Exception {
        Path jar = directory.resolve("fat.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest())) {
            add(out, "", sourceOf(launcher), launcher.getPackageName().replace('.', '/'));
            add(out, "BOOT-INF/classes/", unpacked(ChildProcess.class, directory), "io/ipcq");
            add(out, "BOOT-INF/classes/", sourceOf(Family.class), "io/ipcq/process");
        }
        return jar;
    }

    private static Path unpacked(Class<?> type, Path directory) throws Exception {
        Path source = sourceOf(type);
        if (Files.isDirectory(source)) {
            return source;
        }
        Path target = Files.createDirectory(directory.resolve("unpacked"));
        try (var zip = java.nio.file.FileSystems.newFileSystem(source);
                Stream<Path> files = Files.walk(zip.getPath("/io"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = target.resolve(file.toString().substring(1));
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
        return target;
    }

    private static void add(JarOutputStream out, String prefix, Path source, String folder) throws Exception {
        try (Stream<Path> classes = Files.walk(source.resolve(folder))) {
            for (Path entry : classes.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new JarEntry(prefix + source.relativize(entry)));
                Files.copy(entry, out);
            }
        }
    }

    private static Path sourceOf(Class<?> type) throws Exception {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    private static Manifest manifest() {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        return manifest;
    }
}

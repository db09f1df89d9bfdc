// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Classes compiled in memory, so that a test can make as many as it likes, or two of one name. */
final class CompiledClasses extends ClassLoader {

    private final Map<String, Output> outputs = new ConcurrentHashMap<>();

    private CompiledClasses() {
        super(CompiledClasses.class.getClassLoader());
    }

    /** Compiles one file in package {@code io.ipcq.codec}. */
    static CompiledClasses of(String source) {
        CompiledClasses classes = new CompiledClasses();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        StandardJavaFileManager standard = compiler.getStandardFileManager(null, Locale.ROOT, null);
        JavaFileManager files = new ForwardingJavaFileManager<JavaFileManager>(standard) {
            @Override
            public JavaFileObject getJavaFileForOutput(
                    Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
                return classes.outputs.computeIfAbsent(name, Output::new);
            }
        };
        List<String> options =
                List.of("-parameters", "-proc:none", "-nowarn", "-cp", System.getProperty("java.class.path"));
        boolean compiled = compiler.getTask(
                        messages, files, null, options, null, List.of(new Source("package io.ipcq.codec; " + source)))
                .call();
        if (!compiled) {
            throw new AssertionError(messages);
        }
        return classes;
    }

    Class<?> named(String name) {
        try {
            return loadClass("io.ipcq.codec." + name);
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        Output output = outputs.get(name);
        if (output == null) {
            throw new ClassNotFoundException(name);
        }
        byte[] bytes = output.bytes.toByteArray();
        return defineClass(name, bytes, 0, bytes.length);
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String text) {
            super(URI.create("string:///Generated.java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    private static final class Output extends SimpleJavaFileObject {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Output(String name) {
            super(URI.create("mem:///" + name.replace('.', '/')), Kind.CLASS);
        }

        @Override
        public OutputStream openOutputStream() {
            return bytes;
        }
    }
}

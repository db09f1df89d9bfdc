// SPDX-License-Identifier: Apache-2.0
package io.ipcq;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/**
 * Each public type of the libraries, and each public method that overrides none, has a sentence that says what it is.
 */
class PublicJavadocTest {

    private static final Set<Tree.Kind> INTERFACES = Set.of(Tree.Kind.INTERFACE, Tree.Kind.ANNOTATION_TYPE);

    private final Set<String> silent = new TreeSet<>();
    private int methods;

    @Test
    void shouldSayWhatEachIs() throws IOException {
        List<Path> sources = new ArrayList<>();
        for (Path module : SourceTree.modules("ipc-*", "src/main/java")) {
            if (!module.toString().contains("ipc-cli")) { // a program
                sources.addAll(SourceTree.sources(module));
            }
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    null, files, null, List.of("-proc:none"), null, files.getJavaFileObjectsFromPaths(sources));
            DocTrees documents = DocTrees.instance(task);
            for (CompilationUnitTree unit : task.parse()) {
                new Reader(documents).scan(unit, null);
            }
        }
        silent.removeIf(name -> name.contains("/manager/wire/")); // for the two ends of a manager only
        assertThat(silent).isEmpty();
        assertThat(methods).isGreaterThan(400);
    }

    private final class Reader extends TreePathScanner<Void, Void> {

        private final DocTrees documents;

        Reader(DocTrees documents) {
            this.documents = documents;
        }

        /** What is inside of one that is not public, nobody sees. */
        @Override
        public Void visitClass(ClassTree type, Void unused) {
            if (!isPublic(type.getModifiers().getFlags())) {
                return null;
            }
            require(type.getSimpleName().toString());
            return super.visitClass(type, unused);
        }

        @Override
        public Void visitMethod(MethodTree method, Void unused) {
            boolean overrides = method.getModifiers().getAnnotations().stream()
                    .anyMatch(annotation ->
                            annotation.getAnnotationType().toString().equals("Override"));
            boolean constructs = method.getName().contentEquals("<init>");
            if (isPublic(method.getModifiers().getFlags()) && !overrides && !constructs) {
                methods++;
                require(outer().getSimpleName() + "." + method.getName());
            }
            return null;
        }

        private boolean isPublic(Set<Modifier> modifiers) {
            return modifiers.contains(Modifier.PUBLIC)
                    || getCurrentPath().getParentPath().getLeaf() instanceof ClassTree outer
                            && INTERFACES.contains(outer.getKind())
                            && !modifiers.contains(Modifier.PRIVATE);
        }

        private ClassTree outer() {
            return (ClassTree) getCurrentPath().getParentPath().getLeaf();
        }

        private void require(String name) {
            if (documents.getDocComment(getCurrentPath()) == null) {
                silent.add(getCurrentPath().getCompilationUnit().getSourceFile().getName() + ": " + name);
            }
        }
    }
}

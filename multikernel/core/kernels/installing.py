"""How to get a kernel for a language that has none here.

Each is for one line below an error, so it is the shortest way that its project names; where that is no single command,
the project's page.
"""

_DOTNET = "dotnet tool install -g Microsoft.dotnet-interactive && dotnet interactive jupyter install"

LANGUAGES = {
    "Bash": ("bash sh shell", "pip install bash_kernel && python -m bash_kernel.install"),
    "C": ("c", "conda install -c conda-forge xeus-cpp"),
    "C#": ("c# csharp", _DOTNET),
    "C++": ("c++ cpp cxx", "conda install -c conda-forge xeus-cpp"),
    "Clojure": ("clojure clj", "https://github.com/clojupyter/clojupyter"),
    "F#": ("f# fsharp", _DOTNET),
    "gnuplot": ("gnuplot", "pip install gnuplot_kernel && python -m gnuplot_kernel install --user"),
    "Go": ("go golang", "https://github.com/janpfeifer/gonb"),
    "Haskell": ("haskell hs", "https://github.com/IHaskell/IHaskell"),
    "Java": ("java", "jbang install-kernel@jupyter-java, with https://www.jbang.dev"),
    "JavaScript": ("javascript js node", "pip install deno && deno jupyter --install"),
    "Julia": ("julia jl", 'using Pkg; Pkg.add("IJulia") in Julia'),
    "Kotlin": ("kotlin kt", "pip install kotlin-jupyter-kernel"),
    "Lua": ("lua", "pip install ilua"),
    "MATLAB": ("matlab", "pip install jupyter-matlab-proxy"),
    "OCaml": ("ocaml", "https://github.com/akabe/ocaml-jupyter"),
    "Octave": ("octave", "pip install octave_kernel, with GNU Octave installed"),
    "Perl": ("perl", "cpanm Devel::IPerl"),
    "PowerShell": ("powershell pwsh", _DOTNET),
    "R": ("r", "install.packages('IRkernel'); IRkernel::installspec() in R, or apt install r-cran-irkernel on Debian"),
    "Racket": ("racket", "raco pkg install iracket && raco iracket install"),
    "Ruby": ("ruby rb", "gem install iruby && iruby register --force"),
    "Rust": ("rust rs", "cargo install evcxr_jupyter && evcxr_jupyter --install"),
    "Scala": ("scala", "https://almond.sh"),
    "Scheme": ("scheme", "pip install calysto_scheme"),
    "TypeScript": ("typescript ts deno", "pip install deno && deno jupyter --install"),
}
"""Language as people write it -> what header lines may call it, and how to get a kernel for it."""

EXTENSIONS = {"sql": ("jupysql", "sql")}
"""Magics of well-known packages for IPython -> what to install, and what to load then."""

OF_NAME = {name: language for language, (names, _) in LANGUAGES.items() for name in names.split()}

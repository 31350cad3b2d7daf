using System.Runtime.CompilerServices;
using SharpFuzz;
using SharpFuzz.Common;

namespace Call112.Fuzz;

/// <summary>
/// Which branches of the parsers ran, and how often. SharpFuzz writes a counter into each branch of the parsers' assemblies; this folds the
/// counters of one input into what all inputs before have reached. Single thread: the counters are the process's.
/// </summary>
internal sealed unsafe class EdgeMap
{
    private const int Size = 1 << 16;

    /// <summary>One for the process: what runs outside <see cref="Run"/> counts there too, and nobody looks.</summary>
    private static readonly byte[] s_counters = GC.AllocateArray<byte>(Size, pinned: true);

    private readonly byte[] _reached = new byte[Size];

    /// <summary>Branches that any input has reached.</summary>
    public int Edges { get; private set; }

    /// <summary>Writes the counters into the assemblies beside this program, before any of them is loaded. What has them already is left alone.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Instrument()
    {
        Trace.SharedMem = (byte*)Unsafe.AsPointer(ref s_counters[0]);
        foreach (var (assembly, wanted) in new (string, Func<string, bool>)[]
        {
            ("Call112.Messages.dll", _ => true),
            ("call112-gateway.dll", type => type.StartsWith("Call112.Gateway.Options.", StringComparison.Ordinal)),
        })
        {
            var path = Path.Combine(AppContext.BaseDirectory, assembly);
            try
            {
                Fuzzer.Instrument(path, wanted, Options.Value);
            }
            catch (InstrumentationException e) when (e.Message.Contains("already instrumented", StringComparison.Ordinal))
            {
                // By an earlier run of the same build.
            }
        }
    }

    /// <summary>Runs one input with empty counters.</summary>
    public static void Run(Action input)
    {
        Array.Clear(s_counters);
        Trace.PrevLocation = 0;
        input();
    }

    /// <summary>True when the last input reached a branch that none had, or one more often than any by a power of two.</summary>
    public bool Fold()
    {
        var isNew = false;
        for (var i = NextReached(0); i >= 0; i = NextReached(i + 1))
        {
            var bucket = (byte)(1 << (int)Math.Log2(s_counters[i]));
            if ((_reached[i] & bucket) != 0)
                continue;
            if (_reached[i] == 0)
                Edges++;
            _reached[i] |= bucket;
            isNew = true;
        }

        return isNew;
    }

    private static int NextReached(int from)
    {
        var next = s_counters.AsSpan(from).IndexOfAnyExcept((byte)0);
        return next < 0 ? -1 : from + next;
    }
}

using Call112.Messages;

namespace Call112.Fuzz;

/// <summary>An input that broke a parser's contract.</summary>
public sealed class FindingException : Exception
{
    public FindingException()
    {
    }

    public FindingException(string message)
        : base(message)
    {
    }

    public FindingException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

/// <summary>A parser with the contract that any bytes must keep: see <see cref="FuzzTargets"/>.</summary>
/// <param name="MaxBytes">Longest input that is tried: some beyond what the parser takes.</param>
/// <param name="Parse">Parses, checks the contract, and gives in a few words what came of it: the words are a kind of coverage too.</param>
public sealed record FuzzTarget(string Name, int MaxBytes, Func<byte[], string> Parse)
{
    /// <summary>Memory that one input may take on its way, as a multiple of its length, and beyond.</summary>
    private const long AllocatedPerByte = 200, AllocatedBeyond = 4 * 1024 * 1024;

    /// <summary>Time that one input may take. Far beyond what is normal (20 µs): machines that do other things must not be findings.</summary>
    private static readonly TimeSpan s_within = TimeSpan.FromMilliseconds(250);

    /// <summary>Checks one input against the contract of its parser, and the bounds that hold for all of them.</summary>
    /// <exception cref="FindingException">It is broken.</exception>
    public string Check(byte[] input)
    {
        try
        {
            var outcome = "";
            // A pause of the machine is no finding: what is slow is slow three times.
            for (var attempt = 1; ; attempt++)
            {
                var (began, allocated) = (TimeProvider.System.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread());
                outcome = Parse(input);
                var took = TimeProvider.System.GetElapsedTime(began);
                allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
                if (allocated > input.Length * AllocatedPerByte + AllocatedBeyond)
                    throw new FindingException($"{input.Length} bytes took {allocated} bytes of memory");
                if (took <= s_within)
                    return outcome;
                if (attempt == 3)
                    throw new FindingException($"{input.Length} bytes took {took.TotalMilliseconds:0} ms");
            }
        }
        catch (Exception e) when (e is not FindingException and not OutOfMemoryException)
        {
            throw new FindingException($"{e.GetType().Name}: {e.Message}", e);
        }
    }

    internal static void Demand(bool holds, string what)
    {
        if (!holds)
            throw new FindingException(what);
    }

    /// <summary>A refusal names its field, or is one of the few that are about the message as a whole; and it fits into a report.</summary>
    internal static string Refusal(IReadOnlyList<FieldError> errors, Func<string, bool> isOfTheWhole)
    {
        Demand(errors.Count is > 0 and < 1_000, $"{errors.Count} reasons");
        foreach (var (field, reason) in errors)
        {
            Demand(reason.Length > 0, $"no reason for '{field}'");
            Demand(field.Length > 0 || isOfTheWhole(reason), $"no field for '{reason}'");
        }

        // Only our own words: what the input itself brought into a reason would make every input a new one.
        var own = errors[0].Reason.Split('\'', '"')[0];
        return own.StartsWith("no such option", StringComparison.Ordinal) ? own : $"{errors[0].Field} {string.Concat(own.Where(c => !char.IsAsciiDigit(c)))}";
    }
}

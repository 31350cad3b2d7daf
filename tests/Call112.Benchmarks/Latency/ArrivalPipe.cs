using System.Buffers.Text;

namespace Call112.Benchmarks.Latency;

/// <summary>One line of an arrival pipe: <c>&lt;CLOCK_MONOTONIC ns&gt; &lt;output&gt; &lt;0|1&gt;</c>.</summary>
internal readonly record struct Arrival(long Nanoseconds, string Output, bool Level);

/// <summary>
/// A named pipe into which a subject writes one line for each output change, stamped by the subject itself, so that reading it takes no part in
/// the figure. The reading end is open before the subject starts; only the measuring thread uses it.
/// </summary>
internal sealed class ArrivalPipe : IDisposable
{
    private readonly int descriptor;
    private readonly byte[] buffer = new byte[4096];
    private readonly Queue<Arrival> arrived = new();
    private int filled;

    public ArrivalPipe(string path)
    {
        Path = path;
        Posix.MakeFifo(path);
        descriptor = Posix.OpenForReading(path);
    }

    public string Path { get; }

    /// <summary>Waits for the siren to reach <paramref name="level"/>; changes of other outputs are passed over. Null after the deadline.</summary>
    public Arrival? WaitForSiren(bool level, int timeoutMilliseconds)
    {
        while (true)
        {
            while (arrived.TryDequeue(out var arrival))
                if (arrival.Output == "siren" && arrival.Level == level)
                    return arrival;
            if (!Posix.WaitReadable(descriptor, timeoutMilliseconds))
                return null;
            Read();
        }
    }

    /// <summary>Forgets what has arrived so far.</summary>
    public void Drain()
    {
        do
            arrived.Clear();
        while (Read() > 0);
    }

    public void Dispose() => Posix.Close(descriptor);

    private int Read()
    {
        var count = Posix.Read(descriptor, buffer.AsSpan(filled));
        filled += count;
        var rest = buffer.AsSpan(0, filled);
        for (int end; (end = rest.IndexOf((byte)'\n')) >= 0; rest = rest[(end + 1)..])
            arrived.Enqueue(Parse(rest[..end]));
        rest.CopyTo(buffer);
        filled = rest.Length;
        return count;
    }

    private static Arrival Parse(ReadOnlySpan<byte> line)
    {
        if (!Utf8Parser.TryParse(line, out long nanoseconds, out var digits) || line.Length < digits + 4 || line[^2] != ' ')
            throw new BenchmarkException($"not an arrival: '{System.Text.Encoding.UTF8.GetString(line)}'");
        var output = line[(digits + 1)..^2];
        return new Arrival(nanoseconds, output.SequenceEqual("siren"u8) ? "siren" : System.Text.Encoding.UTF8.GetString(output), line[^1] == (byte)'1');
    }
}

using System.Globalization;
using System.Text;

namespace Call112.Rig.Chips;

/// <summary>A level that somebody drove on a line, or a line that became an output or input.</summary>
/// <param name="AtNs">The kernel's monotonic clock, ns.</param>
/// <param name="Line">Number of the line in the kernel (<see cref="SimulatedChip.FirstNumber"/> + line).</param>
/// <param name="High">The level; null for a change of direction.</param>
/// <param name="IsRead">Nothing was driven; somebody looked.</param>
internal readonly record struct LineEvent(long AtNs, int Line, bool? High, bool Outwards, bool IsRead = false);

/// <summary>
/// The kernel's own record of what is driven on GPIO lines (tracepoints gpio_value and gpio_direction): nothing lies between two samples of
/// it, so a pulse of any length is in it. Reads are recorded only of lines that are asked for: they tell how evenly inputs are sampled.
/// Duty: one for the whole rig; events are kept to the end. Any thread may ask.
/// </summary>
internal sealed class LineTrace : IDisposable
{
    private const string Root = "/sys/kernel/tracing";

    private readonly FileStream _pipe;
    private readonly Thread _reader;
    private readonly Lock _lock = new();
    private readonly List<LineEvent> _events = [];
    private readonly Dictionary<int, List<long>> _reads = [];
    private readonly CancellationTokenSource _stop = new();

    public LineTrace()
    {
        File.WriteAllText($"{Root}/trace_clock", "mono");
        File.WriteAllText($"{Root}/buffer_size_kb", "8192");
        File.WriteAllText($"{Root}/events/gpio/gpio_value/filter", "get == 0");
        File.WriteAllText($"{Root}/events/gpio/gpio_value/enable", "1");
        File.WriteAllText($"{Root}/events/gpio/gpio_direction/enable", "1");
        _pipe = new FileStream($"{Root}/trace_pipe", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 1);
        _reader = new Thread(Read) { Name = "line trace", IsBackground = true };
        _reader.Start();
    }

    /// <summary>Lines that the kernel could not be understood in; there must be none.</summary>
    public int Unreadable { get; private set; }

    /// <summary>Everything that happened on one line of a chip from a moment on, in order.</summary>
    public IReadOnlyList<LineEvent> Of(SimulatedChip chip, int line, long fromNs)
    {
        var number = chip.FirstNumber + line;
        var found = new List<LineEvent>();
        lock (_lock)
            for (var i = _events.Count - 1; i >= 0 && _events[i].AtNs >= fromNs; i--)
                if (_events[i].Line == number)
                    found.Add(_events[i]);
        found.Reverse();
        return found;
    }

    /// <summary>From now on the reads of a line are recorded as well.</summary>
    public void WatchReads(SimulatedChip chip, int line)
    {
        lock (_lock)
        {
            _reads.TryAdd(chip.FirstNumber + line, []);
            File.WriteAllText($"{Root}/events/gpio/gpio_value/filter", string.Join(" || ", _reads.Keys.Select(number => $"gpio == {number}").Prepend("get == 0")));
        }
    }

    /// <summary>The longest time between two reads of a watched line, ms, of those gaps that ended between two moments.</summary>
    public double LongestReadGapMs(SimulatedChip chip, int line, long fromNs, long toNs)
    {
        var longestNs = 0L;
        lock (_lock)
        {
            var reads = _reads[chip.FirstNumber + line];
            for (var i = reads.Count - 1; i > 0 && reads[i] >= fromNs; i--)
                if (reads[i] <= toNs)
                    longestNs = Math.Max(longestNs, reads[i] - reads[i - 1]);
        }

        return longestNs / 1e6;
    }

    /// <summary>When a line was first driven to a level from a moment on, or null.</summary>
    public long? FirstDriven(SimulatedChip chip, int line, bool high, long fromNs)
    {
        foreach (var happened in Of(chip, line, fromNs))
            if (happened.High == high)
                return happened.AtNs;
        return null;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _pipe.Dispose();
        _stop.Dispose();
    }

    private void Read()
    {
        var bytes = new byte[64 * 1024];
        var rest = "";
        while (!_stop.IsCancellationRequested)
        {
            int length;
            try
            {
                length = _pipe.Read(bytes, 0, bytes.Length);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                return;
            }

            var lines = (rest + Encoding.ASCII.GetString(bytes, 0, length)).Split('\n');
            rest = lines[^1];
            lock (_lock)
                foreach (var line in lines.AsSpan(..^1))
                    if (Parse(line) is { } happened)
                        Keep(happened);
                    else
                        Unreadable++;
        }
    }

    private void Keep(LineEvent happened)
    {
        if (!happened.IsRead)
            _events.Add(happened);
        else if (_reads.TryGetValue(happened.Line, out var reads))
            reads.Add(happened.AtNs);
    }

    /// <summary>
    /// <c>call112-gateway-61 [000] ..... 12.345678: gpio_value: 489 set 1</c>, or <c>… gpio_direction: 489 out (0)</c>.
    /// The name of a thread may hold spaces, so it is read from the end.
    /// </summary>
    internal static LineEvent? Parse(string line)
    {
        foreach (var (mark, isValue) in new[] { (": gpio_value: ", true), (": gpio_direction: ", false) })
        {
            var at = line.IndexOf(mark, StringComparison.Ordinal);
            if (at < 0)
                continue;
            var stamp = line[(line.LastIndexOf(' ', at) + 1)..at];
            var words = line[(at + mark.Length)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length != 3 || !decimal.TryParse(stamp, CultureInfo.InvariantCulture, out var seconds)
                || !int.TryParse(words[0], CultureInfo.InvariantCulture, out var number))
                return null;
            var isRead = isValue && words[1] == "get";
            return new LineEvent((long)(seconds * 1_000_000_000), number, isValue ? words[2] == "1" : null, !isRead && (isValue || words[1] == "out"), isRead);
        }

        return null;
    }
}

using Call112.Campaign;
using Call112.Endurance.Lines;
using Call112.Endurance.Machine;
using Call112.Endurance.Paths;
using Call112.Endurance.Scale;

namespace Call112.Endurance.Cut;

/// <param name="Dispatches">In each run.</param>
/// <param name="PerSecond">Their pace.</param>
/// <param name="LteDelay">How long the modem's line needs in each direction.</param>
internal sealed record CutOptions(int Dispatches, double PerSecond, TimeSpan LteDelay, int Seed, string? Gateway);

/// <summary>
/// Many dispatches through both uplinks of one station, one of which is cut in the middle: what that costs the slowest alert, beside a run without a
/// cut and one over the other line alone.
/// </summary>
internal sealed class CutRun(Site site, CutOptions options)
{
    /// <summary>The machine's own unrest, which is in every run: the slowest of a thousand.</summary>
    private const double AddedMsMax = 100;

    private static readonly TimeSpan s_pressEvery = TimeSpan.FromSeconds(2), s_answeredWithin = TimeSpan.FromMinutes(5);

    private readonly List<string> _failures = [];
    private int _stations;

    public async Task<CampaignPart> RunAsync()
    {
        var began = site.Time.GetTimestamp();
        var (program, build) = options.Gateway is { } given ? (given, given) : site.NewestGateway();
        await using var city = new PathCity(site, program, options.Seed);
        await city.StartAsync();
        var uncut = await PlayAsync(city, "both, no cut", Ways.Both, _ => Task.CompletedTask);
        var alone = await PlayAsync(city, "lte alone", Ways.Lte, _ => Task.CompletedTask);
        var down = await PlayAsync(city, "both, lan: link down", Ways.Both, station => station.CutCableAsync());
        var swallowed = await PlayAsync(city, "both, lan: bytes swallowed", Ways.Both, station =>
        {
            (station.Struck.ToBroker, station.Struck.ToStation) = (Carriage.Swallow, Carriage.Swallow);
            return Task.CompletedTask;
        });
        Passage[] all = [uncut, alone, down, swallowed];
        var title = FormattableString.Invariant($"{options.Dispatches} dispatches at {options.PerSecond:0.#}/s, one of two uplinks cut");
        return new CampaignPart("uplink-cut", title)
        {
            Figures =
            [
                new("slowest alert into the box, no cut", Ms(uncut.Slowest), "ms"),
                new("slowest alert into the box, over lte alone", Ms(alone.Slowest), "ms"),
                new("slowest alert into the box, link down", Ms(down.Slowest), "ms"),
                new("slowest alert into the box, bytes swallowed", Ms(swallowed.Slowest), "ms"),
                new("added by the link that went down, beyond lte's own", Ms(down.Slowest - alone.Slowest), "ms", AtMost: AddedMsMax),
                new("added by bytes that were swallowed, beyond lte's own", Ms(swallowed.Slowest - alone.Slowest), "ms", AtMost: AddedMsMax),
                new("dispatches lost", all.Sum(passage => passage.Missing), "", AtMost: 0),
                new("dispatches that sounded twice", all.Sum(passage => passage.Double), "", AtMost: 0),
            ],
            Tables = [TableOf(all)],
            Failures = _failures,
            Covers = ["F6", "F9", "F21"],
            Notes =
            [
                $"Gateway: {build}, one process in a network namespace with two interfaces; centre and Mosquitto outside. Seed {options.Seed}.",
                "Each line goes through a proxy; "
                + FormattableString.Invariant($"lte's needs {options.LteDelay.TotalMilliseconds:0} ms in each direction, as a modem does."),
                "Into the box: from the centre's sending to the station's Received (its occurredAt); centre: until that report was stored there. "
                + "One wall clock for both.",
                "Reports go in order over one uplink, eight at most before their PUBACKs; dispatches come by both and wait for nothing (decision 0015).",
                FormattableString.Invariant($"A crew presses TERIMA every {s_pressEvery.TotalSeconds:0} s."),
            ],
            Seconds = site.Time.GetElapsedTime(began).TotalSeconds,
            Command = "dotnet run -c Release --project tests/Call112.Endurance -- cut",
        };
    }

    private static FigureTable TableOf(IReadOnlyList<Passage> all) => new(
        "Transmission times of dispatches around a cut, ms",
        [
            "run", "dispatches", "box: median", "p99", "slowest", "behind the cut: median", "slowest", "centre: median", "slowest", "copies",
            "lost", "double",
        ],
        [.. all.Select(passage => (IReadOnlyList<string>)[
            passage.Name, $"{passage.Ways.Count}", Text(passage.ToBox(0.5)), Text(passage.ToBox(0.99)), Text(passage.Slowest),
            Text(passage.BehindTheCut(0.5)), Text(passage.BehindTheCut(1)), Text(passage.ToCenter(0.5)), Text(passage.ToCenter(1)),
            $"{passage.Copies}", $"{passage.Missing}", $"{passage.Double}",
        ])]);

    private async Task<Passage> PlayAsync(PathCity city, string name, Ways ways, Func<PathStation, Task> cut)
    {
        // The fault is none of the matrix; the cell only says what lines there are and which one is struck.
        var cell = new PathCell(_stations++, ways, PathFault.All[0], Load.Idle, Round: 1);
        await using var station = await PathStation.StartAsync(city, cell);
        if (ways != Ways.Lan)
            station.LineOf("lte").Delay = options.LteDelay;
        using var over = new CancellationTokenSource();
        var crew = PressAsync(station, over.Token);
        var sending = new List<Task<Guid>>();
        var began = site.Time.GetTimestamp();
        for (var i = 0; i < options.Dispatches; i++)
        {
            await site.Pause(TimeSpan.FromSeconds(i / options.PerSecond) - site.Time.GetElapsedTime(began));
            if (i == options.Dispatches / 2)
                await cut(station);
            sending.Add(city.Center.DispatchAsync([], [cell.StationId]));
        }

        var sent = await Task.WhenAll(sending);
        using var book = new BookReader(city.Center.Database);
        var missing = new Queue<Guid>(sent);
        bool AllCame()
        {
            while (missing.TryPeek(out var next) && book.Steps(next, "Received") > 0)
                missing.Dequeue();
            return missing.Count == 0;
        }

        await site.HoldsAsync(AllCame, s_answeredWithin, TimeSpan.FromMilliseconds(200));
        await over.CancelAsync();
        await crew;
        var passage = new Passage(name, options.Dispatches / 2)
        {
            Ways = await WaysOfAsync(city, sent),
            Missing = sent.Count(id => book.Steps(id, "Received") == 0),
            Double = sent.Count(id => book.Steps(id, "Received") > 1 || book.Steps(id, "Sounding") > 1),
            Copies = sent.Sum(id => book.Steps(id, "Duplicate")),
        };
        if (passage.Missing + passage.Double > 0)
            _failures.Add($"{name}: {passage.Missing} of {sent.Length} dispatches lost, {passage.Double} sounded twice");
        Console.WriteLine(
            $"{name}: box {Text(passage.ToBox(0.5))} / {Text(passage.Slowest)} ms, "
            + $"centre {Text(passage.ToCenter(0.5))} / {Text(passage.ToCenter(1))} ms, {passage.Missing} lost");
        return passage;
    }

    private async Task PressAsync(PathStation station, CancellationToken over)
    {
        try
        {
            while (true)
            {
                await Task.Delay(s_pressEvery, site.Time, over);
                await station.AcknowledgeAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    private static async Task<IReadOnlyList<(TimeSpan Box, TimeSpan Center)>> WaysOfAsync(PathCity city, IEnumerable<Guid> sent)
    {
        var ways = new List<(TimeSpan, TimeSpan)>();
        foreach (var id in sent)
        {
            var dispatch = await city.Center.GetAsync($"/api/dispatches/{id}");
            var at = dispatch.GetProperty("sentAt").GetDateTimeOffset();
            foreach (var step in dispatch.GetProperty("stations").EnumerateArray().SelectMany(one => one.GetProperty("steps").EnumerateArray()))
                if (step.GetProperty("event").GetString() == "Received")
                    ways.Add((step.GetProperty("occurredAt").GetDateTimeOffset() - at, step.GetProperty("receivedAt").GetDateTimeOffset() - at));
        }

        return ways;
    }

    private static double Ms(TimeSpan time) => Math.Round(time.TotalMilliseconds);

    private static string Text(TimeSpan time) => FormattableString.Invariant($"{time.TotalMilliseconds:0}");

    /// <summary>How the dispatches of one run came through.</summary>
    /// <param name="CutAt">The first of them behind the cut.</param>
    private sealed record Passage(string Name, int CutAt)
    {
        /// <summary>Of each dispatch in the order of sending: into the box, and its report at the centre.</summary>
        public required IReadOnlyList<(TimeSpan Box, TimeSpan Center)> Ways { get; init; }

        public required int Missing { get; init; }

        public required int Double { get; init; }

        /// <summary>Duplicate reports; the station counts most copies without a report of each (decision 0011).</summary>
        public required long Copies { get; init; }

        public TimeSpan Slowest => ToBox(1);

        public TimeSpan ToBox(double share) => At(Ways.Select(way => way.Box), share);

        public TimeSpan BehindTheCut(double share) => At(Ways.Skip(CutAt).Select(way => way.Box), share);

        public TimeSpan ToCenter(double share) => At(Ways.Select(way => way.Center), share);

        private static TimeSpan At(IEnumerable<TimeSpan> times, double share)
        {
            TimeSpan[] sorted = [.. times.Order()];
            return sorted.Length == 0 ? TimeSpan.Zero : sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];
        }
    }
}

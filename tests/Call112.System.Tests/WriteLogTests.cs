using System.Globalization;
using Call112.Campaign;
using Call112.Messages;
using Call112.System.Tests.Toolkit;
using Microsoft.Data.Sqlite;

namespace Call112.System.Tests;

/// <summary>
/// The power cut (F1), without a switch: everything that a working gateway wrote is recorded, with the moment of each PUBACK, and replayed to
/// random points at which what was not synced is dropped, reordered and torn. A kill cannot show this: what reached the kernel survives it.
/// </summary>
public sealed class WriteLogTests : SystemTest
{
    private const int Dispatches = 400, ControlRows = 300, ControlCuts = 100, LooksByTheGateway = 10, StartsOfTheGateway = 4;

    /// <summary>Cuts into the gateway's log; the variable CALL112_CUTS asks for more.</summary>
    private static readonly int s_cuts = int.TryParse(Environment.GetEnvironmentVariable("CALL112_CUTS"), NumberStyles.None,
        CultureInfo.InvariantCulture, out var cuts) ? cuts : 300;

    /// <summary>
    /// F1: what was acknowledged to the broker is on the disk; under synchronous=NORMAL, and with RETURNING taken for a commit, it is
    /// not.
    /// </summary>
    [Fact]
    public async Task A_power_cut_at_any_moment_takes_no_dispatch_that_was_acknowledged()
    {
        var began = Wait.Time.GetTimestamp();
        var dice = Dice(out var seed);
        var (log, acknowledged) = await RecordedAsync();
        var full = Cuts(log, acknowledged, JournalBooks.DispatchesIn, s_cuts, dice, counts: null);
        var normal = Cuts(log, acknowledged, JournalBooks.DispatchesIn, ControlCuts, dice, index => WriteLog.IsMadeUnderNormal(log, index));
        var (looked, missed) = await LookedAtByTheGatewayAsync(log, acknowledged, dice);
        var writers = new Dictionary<string, Verdict>();
        foreach (var how in new[] { "full", "normal", "returning" })
        {
            var (written, marks) = await WrittenPlainlyAsync(how);
            writers[how] = Cuts(written, marks, RowsIn, ControlCuts, dice, counts: null);
        }

        var failures = new List<string>(full.Lost.Select(lost => $"the gateway: {lost}"));
        failures.AddRange(missed);
        failures.AddRange(writers["full"].Lost.Select(lost => $"plain writer, FULL: {lost}"));
        Row[] rows =
        [
            new("gateway, as it is (synchronous=FULL)", full, MustLose: false),
            new("gateway's log without the syncs that NORMAL leaves out", normal, MustLose: true),
            new("plain writer, FULL, acknowledged after the commit", writers["full"], MustLose: false),
            new("plain writer, NORMAL", writers["normal"], MustLose: true),
            new("plain writer, FULL, acknowledged on RETURNING's row", writers["returning"], MustLose: true),
        ];
        failures.AddRange(rows.Where(row => row.MustLose && row.Verdict.Lost.Count == 0).Select(row => $"{row.Name}: a control that loses nothing sees nothing"));
        foreach (var row in rows)
            Say($"{row.Name}: {row.Verdict.Cuts} cuts, {row.Verdict.Lost.Count} lost something; {row.Verdict.Acknowledged} acknowledgements asked for");
        Write(rows, failures, looked, log.Count, seed, Wait.Time.GetElapsedTime(began).TotalSeconds);
        Assert.True(failures.Count == 0, string.Join('\n', failures.Take(20)));
    }

    private static void Write(Row[] rows, List<string> failures, int looked, int events, int seed, double seconds) =>
        new CampaignPart("write-log", "Power cuts replayed from the journal's write log")
        {
            Covers = ["F1"],
            Failures = failures,
            Figures =
            [
                new("Cuts that lost an acknowledged dispatch", rows[0].Verdict.Lost.Count, AtMost: 0),
                new("Cuts", rows[0].Verdict.Cuts, AtLeast: 300),
                new("Acknowledged dispatches looked for, all cuts", rows[0].Verdict.Acknowledged),
                new("Cuts opened by the gateway itself", looked),
            ],
            Tables = [new("Cuts by writer", ["writer", "cuts", "cuts with a loss", "expected"], [.. rows.Select(row => row.Cells)])],
            Notes =
            [
                $"seed {seed}; {Installed.Build(Installed.NativeGateway)}; {Dispatches} dispatches, {events} recorded events, one orderly restart in the middle.",
                "Model: sectors of 512 bytes, each at any state since the last finished sync of its file; names and lengths in order (ext4, data=ordered); a fifth of the cuts drop all that may be dropped.",
                "A card that acknowledges a flush and does not do it is not in the model: only a real card can show that.",
            ],
            Seconds = seconds,
            Command = "CALL112_CUTS=3000 dotnet test tests/Call112.System.Tests --filter WriteLogTests",
        }.Write();

    /// <summary>
    /// A gateway at work: dispatches, presses, receipts, and one orderly restart. Gives its log and where in it which dispatch was
    /// acknowledged.
    /// </summary>
    private async Task<(IReadOnlyList<WriteEvent> Log, IReadOnlyList<(int At, Guid Dispatch)> Acknowledged)> RecordedAsync()
    {
        var broker = await BrokerAsync();
        var station = Station(broker.Address, [Installed.NativeGateway]);
        var files = FilesUnder(station);
        var centre = await RecordingCentreAsync(station, broker);
        await station.StartReadyAsync();
        var sent = new List<Guid>();
        for (var i = 1; i <= Dispatches; i++)
        {
            var alert = Written.Alert(i % 4 == 0 ? Category.Fire : Category.Protection);
            await centre.SendAsync(alert);
            sent.Add(alert.DispatchId);
            if (i % 20 == 0)
                await (await station.PageAsync()).PressAsync("acknowledge");
            if (i != Dispatches / 2)
                continue;
            Assert.Equal(0, await station.TerminateAsync());
            await station.StartReadyAsync();
        }

        await Wait.UntilAsync(() => broker.AcknowledgementsOf(station.ClientId).Count(ack => ack.Dispatch is not null) == Dispatches,
            "every dispatch is acknowledged to the broker");
        var page = await station.PageAsync();
        await Wait.UntilAsync(async () => (await page.StationAsync()).GetProperty("unreceipted").GetInt64() == 0, "every report has its receipt");
        station.Kill();
        var log = WriteLog.Read(files.LogPath);
        var marks = Enumerable.Range(0, log.Count).Where(at => log[at].Kind == WriteKind.Acknowledged).ToList();
        await Wait.UntilAsync(() => broker.AcknowledgementsOf(station.ClientId).Count >= marks.Count, "the broker has logged every acknowledgement");
        var acknowledgements = broker.AcknowledgementsOf(station.ClientId);
        // The recorder's marks and the broker's log speak of the same packets, or nothing that follows means anything.
        Assert.Equal(acknowledgements.Select(ack => (long)ack.PacketId), marks.Select(at => log[at].Offset));
        return (log, [.. marks.Zip(acknowledgements).Where(pair => pair.Second.Dispatch is not null)
            .Select(pair => (pair.First, sent[pair.Second.Dispatch!.Value]))]);
    }

    /// <summary>Rows written by the gateway's own SQLite in a program of fifty lines, with the same recorder.</summary>
    private async Task<(IReadOnlyList<WriteEvent> Log, IReadOnlyList<(int At, Guid Row)> Acknowledged)> WrittenPlainlyAsync(string how)
    {
        var folder = NewFolder($"writer-{how}");
        var path = Path.Combine(folder, "journal.db");
        using var files = new FailingFiles(folder, path);
        var writer = FailingFiles.Compiled(folder, "plain-writer.c");
        var (exitCode, output) = await OwnProcess.RunAsync(writer, [Installed.Sqlite, path, how, $"{ControlRows}"], files.Environment);
        Assert.True(exitCode == 0, output);
        var log = WriteLog.Read(files.LogPath);
        var marks = Enumerable.Range(0, log.Count).Where(at => log[at].Kind == WriteKind.Acknowledged).Select(at => (at, IdOf(log[at].Offset)))
            .ToList();
        Assert.Equal(ControlRows, marks.Count);
        return (log, marks);
    }

    private Verdict Cuts<T>(IReadOnlyList<WriteEvent> log, IReadOnlyList<(int At, T What)> acknowledged, Func<string, IReadOnlySet<T>> read,
        int cuts, Random dice, Func<int, bool>? counts)
    {
        var (lost, asked) = (new List<string>(), 0L);
        for (var n = 0; n < cuts; n++)
        {
            var cut = CutPoint(log, acknowledged, dice, n);
            var folder = NewFolder("cut");
            new PowerCut(log, cut, counts).LeaveIn(folder, n % 5 == 0 ? null : dice);
            var due = acknowledged.Where(ack => ack.At < cut).Select(ack => ack.What).ToList();
            asked += due.Count;
            try
            {
                var found = read(Path.Combine(folder, "journal.db"));
                if (due.Count(what => !found.Contains(what)) is > 0 and var missing)
                    lost.Add($"cut {n} at event {cut} of {log.Count}: {missing} of {due.Count} acknowledged are gone");
            }
            catch (Exception e) when (e is SqliteException or InvalidDataException)
            {
                lost.Add($"cut {n} at event {cut} of {log.Count}: {e.Message}");
            }

            Directory.Delete(folder, recursive: true);
        }

        return new Verdict(cuts, asked, lost);
    }

    /// <summary>Anywhere, or, each third time, just behind an acknowledgement.</summary>
    private static int CutPoint<T>(IReadOnlyList<WriteEvent> log, IReadOnlyList<(int At, T What)> acknowledged, Random dice, int n) =>
        n % 3 == 0 ? acknowledged[dice.Next(acknowledged.Count)].At + 1 : dice.Next(1, log.Count + 1);

    /// <summary>
    /// The gateway's own code opens some of the cuts: it lists what was acknowledged, and it starts on them without setting anything
    /// aside.
    /// </summary>
    private async Task<(int Looks, List<string> Missed)> LookedAtByTheGatewayAsync(
        IReadOnlyList<WriteEvent> log, IReadOnlyList<(int At, Guid Dispatch)> acknowledged, Random dice)
    {
        var missed = new List<string>();
        for (var n = 0; n < LooksByTheGateway; n++)
        {
            var cut = CutPoint(log, acknowledged, dice, n);
            var station = Station("mqtt://127.0.0.1:1", [Installed.NativeGateway]);
            var folder = NewFolder("look");
            new PowerCut(log, cut).LeaveIn(folder, n % 5 == 0 ? null : dice);
            station.KeepJournalIn(folder);
            if (n < StartsOfTheGateway)
            {
                station.Start();
                await station.PageAsync();
                if (File.Exists(station.JournalPath + ".aside-1"))
                    missed.Add($"cut at event {cut}: the gateway did not believe the journal: {string.Join('\n', station.Lines().TakeLast(5))}");
                station.Kill();
            }

            if (!File.Exists(station.JournalPath))
                continue;
            var (exitCode, output) = await station.VerbAsync("journal", "--count", "100000");
            var gone = acknowledged.Count(ack => ack.At < cut && !output.Contains($"{ack.Dispatch}", StringComparison.Ordinal));
            if (gone > 0 || (exitCode != 0 && acknowledged[0].At < cut))
                missed.Add($"cut at event {cut}: the gateway's journal verb ends with {exitCode} and does not know {gone} acknowledged dispatches");
        }

        return (LooksByTheGateway, missed);
    }

    private static HashSet<Guid> RowsIn(string path)
    {
        var found = new HashSet<Guid>();
        if (!File.Exists(path))
            return found;
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        // A cut before the table was made: then nothing was acknowledged yet.
        command.CommandText = "SELECT count(*) FROM sqlite_master WHERE name = 'entry'";
        if ((long)command.ExecuteScalar()! == 0)
            return found;
        command.CommandText = "SELECT id FROM entry";
        using var rows = command.ExecuteReader();
        while (rows.Read())
            found.Add(IdOf(rows.GetInt64(0)));
        return found;
    }

    private static Guid IdOf(long row) => new((int)row, 0, 0, new byte[8]);

    private sealed record Verdict(int Cuts, long Acknowledged, IReadOnlyList<string> Lost);

    private sealed record Row(string Name, Verdict Verdict, bool MustLose)
    {
        public IReadOnlyList<string> Cells => [Name, $"{Verdict.Cuts}", $"{Verdict.Lost.Count}", MustLose ? "> 0" : "0"];
    }
}

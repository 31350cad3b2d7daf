using Call112.Gateway.Board.Profiles;
using Call112.Station;

namespace Call112.Gateway.Board.Acceptance;

/// <summary>How long the walk energises an output and waits for a hand.</summary>
internal sealed record BoardTestPace
{
    /// <summary>An output is on for so long, then off again before anything is asked: no question leaves a siren on.</summary>
    public TimeSpan EnergiseFor { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long an output may take to read back, as in service.</summary>
    public TimeSpan ReadBackWithin { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long the technician has to reach a button, and again to let it go.</summary>
    public TimeSpan HandWithin { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Pace of sampling, as in service.</summary>
    public TimeSpan Sample { get; init; } = TimeSpan.FromMilliseconds(10);
}

/// <summary>
/// The walk: every output on, off and asked for, every input pressed and released, one at a time; then the signature.
/// Invariants: at most one output is energised, and none while a question waits for its answer (<c>health</c> apart, which the board drives).
/// </summary>
internal sealed class BoardTest(LinuxBoard board, TextReader answers, TextWriter screen, TimeProvider time, BoardTestPace pace)
{
    /// <summary>So many equal samples are a level and no spike.</summary>
    private const int SteadySamples = 3;

    private readonly List<BoardTestStep> _steps = [];

    private enum Answer
    {
        Yes,
        No,
        Again,
        Skip,
    }

    /// <returns>The signed record; null when the technician broke off.</returns>
    public async Task<BoardTestRecord?> RunAsync(string? station, string profileHash, CancellationToken cancel)
    {
        try
        {
            var profile = board.Profile;
            screen.WriteLine($"UJI KABINET / CABINET TEST: {profile.Name}");
            screen.WriteLine("Jawab / answer: y = ya/yes, t = tidak/no, u = ulangi/again, l = lewati/skip, k = keluar/quit");
            station ??= await WordsAsync("Pos mana? / Which station?", cancel);
            board.Write(Outputs.None);
            foreach (var line in profile.Outputs)
                if (line.Function != BoardWiring.HealthFunction)
                    await OutputAsync(line, cancel);
            foreach (var line in profile.Inputs)
                await InputAsync(line, cancel);
            foreach (var line in profile.Outputs)
                if (line.Function == BoardWiring.HealthFunction)
                    await HealthAsync(line, cancel);
            board.Safe();
            var result = BoardTestRecord.Of(_steps);
            screen.WriteLine(
                $"Lulus / passed {Count(StepResult.Passed)}, gagal / failed {Count(StepResult.Failed)}, dilewati / skipped {Count(StepResult.Skipped)}.");
            var signature = await WordsAsync("Ketik nama lengkap Anda untuk menandatangani. / Type your full name to sign.", cancel);
            return new BoardTestRecord(station, profile.Name, profileHash, time.GetUtcNow(), signature, result, _steps);
        }
        catch (BrokenOffException)
        {
            return null;
        }
        finally
        {
            board.Safe();
        }
    }

    private int Count(StepResult result) => _steps.Count(step => step.Result == result);

    private async Task OutputAsync(OutputLine line, CancellationToken cancel)
    {
        var output = Levels.AllOutputs.First(output => Levels.NameOf(output) == line.Function);
        var name = BoardException.Name(line.To);
        var seconds = HoldOf(line).TotalSeconds;
        while (true)
        {
            screen.WriteLine();
            var ready = await AskAsync($"{FieldNames.Of(line.Function)}, {name}: nyala {seconds:0.#} detik. Siap? / on for {seconds:0.#} s. Ready?", cancel);
            if (ready is Answer.Skip or Answer.No)
            {
                _steps.Add(new BoardTestStep("output", line.Function, name, StepResult.Skipped));
                return;
            }

            var follows = await EnergiseAsync(output, line, cancel);
            if (!follows)
                screen.WriteLine("  ! tidak terbaca kembali: periksa kabel, sekring, relai. / does not read back: check wire, fuse, relay.");
            var seen = await AskAsync("  Apakah menyala lalu mati? / Did it come on and go off?", cancel);
            if (seen == Answer.Again)
                continue;
            _steps.Add(new BoardTestStep(
                "output", line.Function, name, ResultOf(seen, follows), seen == Answer.Skip ? null : follows, follows ? null : "does not read back"));
            return;
        }
    }

    /// <summary>On, held, off. True if the board saw it follow both times.</summary>
    private async Task<bool> EnergiseAsync(Outputs output, OutputLine line, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        bool on;
        try
        {
            board.Write(output);
            on = await ReadsBackAsync(output, output, cancel);
            if (HoldOf(line) - time.GetElapsedTime(began) is { Ticks: > 0 } rest)
                await Task.Delay(rest, time, cancel);
        }
        finally
        {
            board.Write(Outputs.None);
        }

        return on & await ReadsBackAsync(output, Outputs.None, cancel);
    }

    /// <summary>Never longer than the wiring allows.</summary>
    private TimeSpan HoldOf(OutputLine line) =>
        line.MaxOnSeconds is { } limit && limit < pace.EnergiseFor.TotalSeconds ? TimeSpan.FromSeconds(limit) : pace.EnergiseFor;

    private async Task<bool> ReadsBackAsync(Outputs output, Outputs level, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        while ((board.ReadBack() & output) != level)
        {
            if (time.GetElapsedTime(began) > pace.ReadBackWithin)
                return false;
            await Task.Delay(pace.Sample, time, cancel);
        }

        return true;
    }

    private async Task InputAsync(InputLine line, CancellationToken cancel)
    {
        var input = Levels.InputNamed(line.Function) ?? Inputs.None;
        var name = line.To is { } to ? BoardException.Name(to) : $"loop {line.Loop?.Channel} of '{line.Loop?.Device}'";
        screen.WriteLine();
        while (true)
        {
            var ready = await AskAsync($"{FieldNames.Of(line.Function)}, {name}: jangan sentuh dulu. Siap? / do not touch it yet. Ready?", cancel);
            if (ready is Answer.Skip or Answer.No)
            {
                _steps.Add(new BoardTestStep("input", line.Function, name, StepResult.Skipped));
                return;
            }

            var note = await PressedAsync(input, line, cancel);
            screen.WriteLine(note is null ? "  baik / good" : $"  ! {note}");
            if (note is not null && await AskAsync("  Ulangi? / Again?", cancel) is Answer.Yes or Answer.Again)
                continue;
            _steps.Add(new BoardTestStep("input", line.Function, name, note is null ? StepResult.Passed : StepResult.Failed, Note: note));
            return;
        }
    }

    /// <summary>Null when the input was idle, was made active and was let go.</summary>
    private async Task<string?> PressedAsync(Inputs input, InputLine line, CancellationToken cancel)
    {
        var deed = FieldNames.DeedOf(line.Function);
        if (await LevelAsync(input, active: false, pace.ReadBackWithin, cancel) is { } atRest)
            return $"sebelum disentuh / before it was touched: {atRest}";
        screen.WriteLine($"  {deed}");
        if (await LevelAsync(input, active: true, pace.HandWithin, cancel) is { } untouched)
            return untouched;
        screen.WriteLine("  lepaskan / let go");
        return await LevelAsync(input, active: false, pace.HandWithin, cancel) is { } held ? $"tidak kembali / did not come back: {held}" : null;
    }

    /// <summary>Waits for a steady level; null when it came, else what the wire says instead.</summary>
    private async Task<string?> LevelAsync(Inputs input, bool active, TimeSpan within, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        var equal = 0;
        while (true)
        {
            var sample = board.ReadInputs();
            var broken = ((sample.Cut | sample.Shorted) & input) != 0;
            equal = !broken && (sample.Active & input) != 0 == active ? equal + 1 : 0;
            if (equal >= SteadySamples)
                return null;
            if (time.GetElapsedTime(began) > within)
                return (sample.Cut & input) != 0 ? "kabel putus / the loop is cut"
                    : (sample.Shorted & input) != 0 ? "korsleting / the loop is shorted"
                    : active ? "tidak aktif / not active" : "aktif / active";
            await Task.Delay(pace.Sample, time, cancel);
        }
    }

    /// <summary>The lamp on the normally closed contact: dark while the box lives, lit when it does not.</summary>
    private async Task HealthAsync(OutputLine line, CancellationToken cancel)
    {
        var name = BoardException.Name(line.To);
        screen.WriteLine();
        var dark = await AskAsync($"{FieldNames.Of(line.Function)}, {name}: apakah lampu itu PADAM sekarang? / is that lamp DARK now?", cancel);
        board.Safe();
        var lit = dark == Answer.Skip ? Answer.Skip : await AskAsync("  Apakah lampu itu MENYALA sekarang? / Is it LIT now?", cancel);
        var result = dark == Answer.Skip || lit == Answer.Skip ? StepResult.Skipped
            : dark == Answer.Yes && lit == Answer.Yes ? StepResult.Passed
            : StepResult.Failed;
        _steps.Add(new BoardTestStep("output", line.Function, name, result));
    }

    private static StepResult ResultOf(Answer seen, bool follows) =>
        seen == Answer.Skip ? StepResult.Skipped : seen == Answer.Yes && follows ? StepResult.Passed : StepResult.Failed;

    private async Task<Answer> AskAsync(string question, CancellationToken cancel)
    {
        while (true)
        {
            switch ((await LineAsync($"{question} [y/t/u/l/k]", cancel)).ToLowerInvariant())
            {
                case "y" or "ya" or "yes":
                    return Answer.Yes;
                case "t" or "n" or "tidak" or "no":
                    return Answer.No;
                case "u" or "ulangi":
                    return Answer.Again;
                case "l" or "lewati":
                    return Answer.Skip;
                case "k" or "keluar":
                    throw new BrokenOffException();
            }
        }
    }

    private async Task<string> WordsAsync(string question, CancellationToken cancel)
    {
        while (true)
            if (await LineAsync(question, cancel) is { Length: > 0 } words)
                return words;
    }

    private async Task<string> LineAsync(string question, CancellationToken cancel)
    {
        screen.WriteLine(question);
        return (await answers.ReadLineAsync(cancel) ?? throw new BrokenOffException()).Trim();
    }

    /// <summary>The technician went away.</summary>
    private sealed class BrokenOffException : Exception;
}

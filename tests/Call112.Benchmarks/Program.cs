using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Call112.Benchmarks;
using Spectre.Console;

var quick = new Option<bool>("--quick") { Description = "a short run that shows that everything works; its figures are worth little" };
var rounds = new Option<int?>("--rounds") { Description = "rounds of each subject (5)" };
var messages = new Option<int?>("--messages") { Description = "measured alerts in each round (1,000)" };
var warmUp = new Option<int?>("--warm-up") { Description = "alerts before them in each round (500)" };
var only = new Option<Part[]>("--only") { Description = "measure only these parts", AllowMultipleArgumentsPerToken = true };
var json = new Option<FileInfo?>("--json") { Description = "write all figures to this file" };
var gateway = new Option<FileInfo?>("--gateway") { Description = "measure this binary instead of the NativeAOT build of the working tree" };
foreach (var count in new[] { rounds, messages, warmUp })
    count.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<int?>() is < 1 or > 1_000_000)
            result.AddError($"{result.Option.Name}: 1 to 1,000,000");
    });

var command = new RootCommand("Measures the gateway against mosquitto_sub + C and Node-RED on this machine, and its start, memory and idle load.")
{
    quick, rounds, messages, warmUp, only, json, gateway,
};
command.SetAction(parsed =>
{
    try
    {
        var time = TimeProvider.System;
        if (!OperatingSystem.IsLinux() || time.TimestampFrequency != 1_000_000_000)
            throw new BenchmarkException("needs Linux, where the timestamps of all subjects come from CLOCK_MONOTONIC in nanoseconds");
        var options = parsed.GetValue(quick) ? BenchmarkOptions.Quick : BenchmarkOptions.Full;
        options = options with
        {
            Rounds = parsed.GetValue(rounds) ?? options.Rounds,
            Messages = parsed.GetValue(messages) ?? options.Messages,
            WarmUp = parsed.GetValue(warmUp) ?? options.WarmUp,
        };
        var workspace = new Workspace(time.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture));
        var binary = parsed.GetValue(gateway)?.FullName ?? GatewayBuild.Ensure(workspace);
        var parts = parsed.GetValue(only) is { Length: > 0 } chosen ? chosen : Enum.GetValues<Part>();
        var figures = new BenchmarkRun(workspace, options, binary, time).Run(parts);
        ReportTables.Print(figures);
        if (parsed.GetValue(json) is { } file)
        {
            file.Directory?.Create();
            File.WriteAllBytes(file.FullName, JsonSerializer.SerializeToUtf8Bytes(figures, FiguresContext.Default.RunFigures));
            AnsiConsole.MarkupLineInterpolated($"Figures: {file.FullName}");
        }

        return 0;
    }
    catch (BenchmarkException exception)
    {
        AnsiConsole.MarkupLineInterpolated($"[red]{exception.Message}[/]");
        return 1;
    }
});
return command.Parse(args).Invoke();

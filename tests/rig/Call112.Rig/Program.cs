using System.Runtime.InteropServices;
using Call112.Rig;
using Call112.Rig.Chips;
using Call112.Rig.Stations;
using Call112.System.Tests.Toolkit;

// Runs inside the rig's kernel, started by tests/rig/init. Exit code: 0 everything passed, 1 something failed, 2 wrong arguments.
if (args is ["poweroff"])
    return Machine.PowerOff();
if (RigArguments.Parse(args) is not { } arguments)
{
    Console.Error.WriteLine(RigArguments.Usage);
    return 2;
}

Machine.RaiseLoopback();
Directory.CreateDirectory(arguments.Folder);
using var trace = new LineTrace();
using var broker = await Broker.StartAsync(arguments.Mosquitto, Path.Combine(arguments.Folder, "broker"));
var bench = new Bench(arguments.Gateway, arguments.Folder, trace, arguments.Sizes, arguments.BouncePath, arguments.Seed);
var run = new RigRun(bench, arguments.Only);
var begin = Wait.Time.GetTimestamp();
await run.RunAsync();
var report = new RigReport(run, arguments, RuntimeInformation.OSDescription, Wait.Time.GetElapsedTime(begin));
Console.Write(report.Table());
report.Write();
if (trace.Unreadable > 0)
    Console.WriteLine($"the kernel's trace has {trace.Unreadable} lines that were not understood or lost: nothing above is proved");
return trace.Unreadable == 0 && run.Results.All(result => result.Findings.Failed == 0) ? 0 : 1;

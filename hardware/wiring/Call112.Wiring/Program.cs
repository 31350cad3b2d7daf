using Call112.Gateway.Board.Profiles;
using Call112.Wiring;

// Draws the wiring of board profiles: Call112.Wiring FOLDER PROFILE…
if (args.Length < 2)
{
    Console.Error.WriteLine("Call112.Wiring FOLDER PROFILE...   draws PROFILE as FOLDER/NAME-1-header.svg and FOLDER/NAME-2-circuits.svg");
    return 2;
}

foreach (var file in args.Skip(1))
{
    var result = ProfileReader.Read(file);
    if (result.Profile is not { } profile)
    {
        foreach (var error in result.Errors)
            Console.Error.WriteLine($"{file}: {error}");
        return 1;
    }

    foreach (var sheet in Sheets.Of(profile))
    {
        File.WriteAllText(Path.Combine(args[0], sheet.FileName), sheet.Svg);
        Console.WriteLine(Path.Combine(args[0], sheet.FileName));
    }
}

return 0;

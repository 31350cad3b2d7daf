Console.Error.WriteLine("no city yet");
return 2;

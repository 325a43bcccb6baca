return await ServerlessRosa.Tool.Commands.RunAsync(args, Console.Out, Console.Error);
